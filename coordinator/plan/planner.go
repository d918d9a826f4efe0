package plan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Launches are the earlier launches of a running coordinator.
type Launches interface {
	// IsPending reports whether one of them waits for a task, or runs it.
	IsPending(id sweeps.ID) bool
	// WriteLines writes the manifest lines of results that are in place.
	WriteLines()
}

// planner holds what a plan compares tasks with.
type planner struct {
	ctx        context.Context
	root       *root.Root
	catalog    *catalog.Catalog
	prober     catalog.Prober
	request    Request
	coming     map[sweeps.ID]bool           // executed by this launch
	launches   Launches                     // nil: no coordinator runs
	dirs       map[string]map[string]bool   // names in a sweep's folder
	unrecorded map[string]*manifest.Line    // by path, of files without a line; nil for what is no result
	adopted    map[sweeps.ID]*manifest.Line // of unrecorded
}

// exists reports whether a name is in the sweep's folder, which is listed once.
func (p *planner) exists(sweep, file string) (bool, error) {
	names, ok := p.dirs[sweep]
	if !ok {
		var err error
		if names, err = catalog.Names(p.root.SweepDir(sweep)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("list results of %s: %w", sweep, err)
		}
		p.dirs[sweep] = names
	}
	return names[file], nil
}
