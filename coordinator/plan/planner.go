package plan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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

// planner holds the state of the files that a plan compares tasks with.
type planner struct {
	ctx        context.Context
	root       *root.Root
	catalog    *catalog.Catalog
	prober     catalog.Prober
	request    Request
	coming     map[sweeps.ID]bool           // executed by this launch
	launches   Launches                     // nil: no coordinator runs
	dirs       map[string]*listing          // of the sweeps' directories
	unrecorded map[string]*manifest.Line    // by path, of files without a line; nil for what is no result
	adopted    map[sweeps.ID]*manifest.Line // of unrecorded
}

func newPlanner(ctx context.Context, c *catalog.Catalog, prober catalog.Prober, earlier Launches, request Request) *planner {
	return &planner{launches: earlier, ctx: ctx, root: c.Root(), catalog: c, prober: prober, request: request, coming: map[sweeps.ID]bool{},
		dirs: map[string]*listing{}, unrecorded: map[string]*manifest.Line{}, adopted: map[sweeps.ID]*manifest.Line{}}
}

// listing is the known names in a directory.
type listing struct {
	asked int             // how many names were looked up one by one
	names map[string]bool // nil: not listed
}

// askedSingly is how many names of a directory are looked up one by one. For more, the directory is listed, which takes
// memory, but on a network much less time.
const askedSingly = 50

// exists reports whether a name is in the sweep's directory.
func (p *planner) exists(sweep, file string) (bool, error) {
	dir := p.dirs[sweep]
	if dir == nil {
		dir = &listing{}
		p.dirs[sweep] = dir
	}
	if dir.names == nil && dir.asked < askedSingly {
		dir.asked++
		_, err := os.Lstat(filepath.Join(p.root.SweepDir(sweep), file))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("look for results of %s: %w", sweep, err)
		}
		return err == nil, nil
	}
	if dir.names == nil {
		names, err := catalog.Names(p.root.SweepDir(sweep))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("list results of %s: %w", sweep, err)
		}
		dir.names = names
	}
	return dir.names[file], nil
}
