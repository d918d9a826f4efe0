package coordinator

import (
	"fmt"
	"path/filepath"

	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// consider decides what the launch does about a task of a sweep; ok is false when
// a rerun doesn't select it.
func (p *planner) consider(sweep string, t *sweeps.Task) (item PlanItem, ok bool, err error) {
	h := p.index.tasks[t.ID]
	item = PlanItem{Task: t}
	if h != nil {
		item.run = h.run
	}
	found, here, err := p.index.find(t.ID, sweep, t.File)
	if err != nil {
		return item, false, err
	}
	if p.order.part() {
		if !p.order.selects(&TaskStatus{*t, state(h, sweep), h.lastLine(sweep)}) {
			return item, false, nil
		}
		item.part, item.done = true, state(h, sweep) == StateDone
		p.execute(&item, h, sweep, "selected")
		return item, true, p.lookAtName(&item, sweep, here)
	}
	if run := p.order.again[t.ID]; run > item.run {
		item.part = true
		p.execute(&item, h, sweep, "ordered again")
		return item, true, p.lookAtName(&item, sweep, here)
	}
	if done := p.reuse(&item, found, here, h, sweep); !done {
		if failure := h.settledFailure(sweep); failure != nil {
			item.Action, item.failure = Leave, failure
			item.Reason = fmt.Sprintf("failed (%s): %s", failure.line.Class, failure.line.Error)
			return item, true, nil
		}
		p.execute(&item, h, sweep, reasonToRun(h, here, sweep))
	}
	return item, true, p.lookAtName(&item, sweep, here)
}

// reuse decides on a result that exists.
func (p *planner) reuse(item *PlanItem, found *located, here soundness, h *history, sweep string) bool {
	switch {
	case found == nil:
		return false
	case here == sound:
		if f := h.lastFailure(sweep); f != nil {
			return false
		}
		item.Action, item.from, item.Reason = Keep, found, "in place"
		if item.adopt = p.adopted[sweep+"/"+found.line.File]; item.adopt != nil {
			item.Reason = foundReason
		}
	case found.sweep == sweep:
		item.Action, item.from, item.Reason = Link, found, "done as "+found.line.File
	default:
		item.Action, item.from, item.Reason = Link, found, "done by sweep "+found.sweep
	}
	return true
}

// execute decides between running now, waiting for a source and not at all.
func (p *planner) execute(item *PlanItem, h *history, sweep, reason string) {
	item.Action, item.Reason = Run, reason
	if h != nil {
		item.failure = h.failed
	}
	source := item.Task.Source
	if source == nil || source.Task == (sweeps.ID{}) {
		return
	}
	if p.coming[source.Task] || p.awaited(source.Task) {
		item.Action, item.Reason = Wait, "waits for "+source.Sweep+"/"+source.File
		return
	}
	copied, _, err := p.index.find(source.Task, source.Sweep, source.File)
	if err == nil && copied != nil {
		return
	}
	item.Action, item.Reason = Block, p.missingSource(source)
	if f := h.lastFailure(sweep); f != nil && class(&f.line) == queue.Source && !p.order.part() {
		item.Action, item.failure = Leave, f
	}
}

// missingSource says why a source is not there.
func (p *planner) missingSource(source *sweeps.Input) string {
	name := source.Sweep + "/" + source.File
	if h := p.index.tasks[source.Task]; h != nil && h.failed != nil {
		return fmt.Sprintf("its source %s failed (%s): %s", name, h.failed.line.Class, h.failed.line.Error)
	}
	return fmt.Sprintf("its source %s is not done: run sweep %s first, or with this one", name, source.Sweep)
}

// lookAtName finds out whether the file's name is free, and what has it if not.
func (p *planner) lookAtName(item *PlanItem, sweep string, here soundness) error {
	if item.Action == Keep || !p.exists(sweep, item.Task.File) {
		return nil
	}
	switch owner, recorded := p.index.files[sweep][item.Task.File]; {
	case recorded && owner == item.Task.ID:
		item.damaged = here == damaged
		return nil
	case recorded:
		item.conflict = true
		return nil
	}
	line, err := p.inspect(sweep, item.Task.File)
	if err != nil {
		return err
	}
	if line == nil || line.ID != item.Task.ID {
		item.conflict = true
		return nil
	}
	if !p.order.part() {
		p.adopt(item, sweep, line)
	}
	return nil
}

// adopt takes in a result that lies in the folder without a line in the manifest.
// It is known from here on, also to the tasks that start from it.
func (p *planner) adopt(item *PlanItem, sweep string, line *results.Line) {
	line.Parameters = results.ParametersOf(item.Task.Varying)
	line.Run = item.run + 1 // a line is missing
	p.index.add(sweep, *line)
	p.adopted[sweep+"/"+line.File] = line
	item.Action, item.Reason, item.adopt = Keep, foundReason, line
}

const foundReason = "found in the folder, without a line in the manifest"

// inspect makes the line of a result file that the manifest doesn't have; nil when
// it is nobody's.
func (p *planner) inspect(sweep, file string) (*results.Line, error) {
	path := filepath.Join(p.root.SweepDir(sweep), file)
	if line, ok := p.alien[path]; ok {
		return line, nil
	}
	info, err := p.prober.Probe(p.ctx, path)
	if p.ctx.Err() != nil {
		return nil, p.ctx.Err()
	}
	p.alien[path] = nil
	if err == nil && info.Told {
		if line, err := rebuildLine(sweep, path, &info); err == nil {
			p.alien[path] = &line
		}
	}
	return p.alien[path], nil
}

// state is how a task stands by the manifest of a sweep.
func state(h *history, sweep string) State {
	if h.lastFailure(sweep) != nil {
		return StateFailed
	}
	if h != nil {
		for i := range h.copies {
			if h.copies[i].sweep == sweep {
				return StateDone
			}
		}
	}
	return StateNew
}

func reasonToRun(h *history, here soundness, sweep string) string {
	switch {
	case h == nil:
		return "new"
	case h.failed != nil:
		return fmt.Sprintf("failed (%s): tried again", h.failed.line.Class)
	case here == damaged:
		return "its file is not what the manifest says"
	case len(h.copies) > 0:
		return "its file is gone"
	default:
		return "new"
	}
}
