package plan

import (
	"fmt"
	"path/filepath"

	"eisweep/coordinator/catalog"
	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
)

// checkName finds out whether the file's name is free, and which file has it if not.
func (p *planner) checkName(item *Item, sweep string, here catalog.FileState) error {
	if item.Action == Keep {
		return nil
	}
	if exists, err := p.exists(sweep, item.Task.File); err != nil || !exists {
		return err
	}
	switch owner, recorded := p.catalog.Owner(sweep, item.Task.File); {
	case recorded && owner == item.Task.ID:
		item.damaged = here == catalog.Damaged
		return nil
	case recorded:
		item.conflict = true
		return nil
	}
	if !item.recorded {
		return errUnrecorded
	}
	line, err := p.inspect(sweep, item.Task.File)
	if err != nil {
		return err
	}
	if line == nil || line.ID != item.Task.ID {
		item.conflict = true
		return nil
	}
	if !p.request.IsPartial() {
		p.adopt(item, line)
	}
	return nil
}

// adopt takes in a result that lies in the directory without a line in the manifest.
// It is known from here on, also to the tasks that start from it.
func (p *planner) adopt(item *Item, line *manifest.Line) {
	line.Parameters = item.Task.Varying
	line.Run = item.LastRun + 1 // a line is missing
	p.adopted[item.Task.ID] = line
	item.Action, item.Reason, item.Adopted = Keep, foundReason, line
}

const foundReason = "found in the directory, without a line in the manifest"

// inspect makes the line of a result file that is not in the manifest; nil when
// it is nobody's.
func (p *planner) inspect(sweep, file string) (*manifest.Line, error) {
	path := filepath.Join(p.root.SweepDir(sweep), file)
	if line, ok := p.unrecorded[path]; ok {
		return line, nil
	}
	found, err := p.prober.Digest(p.ctx, path)
	if p.ctx.Err() != nil {
		return nil, p.ctx.Err()
	}
	if atomicfile.IsRefused(err) {
		return nil, fmt.Errorf("find out whose result %s is: %w", path, err)
	}
	p.unrecorded[path] = nil
	if err == nil && found.Info.HasTask {
		line := catalog.RebuildLine(sweep, file, &found)
		p.unrecorded[path] = &line
	}
	return p.unrecorded[path], nil
}
