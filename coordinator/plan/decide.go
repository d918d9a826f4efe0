package plan

import (
	"errors"
	"fmt"

	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// decide decides what the launch does about a task of a sweep. It is not ok when a rerun doesn't select the task.
func (p *planner) decide(sweep string, t *sweeps.Task) (item Item, ok bool, err error) {
	item, ok, err = p.decideOnce(sweep, t, p.launches == nil)
	if errors.Is(err, errUnrecorded) {
		p.launches.WriteLines()
		item, ok, err = p.decideOnce(sweep, t, true)
	}
	return item, ok, err
}

// errUnrecorded: no manifest has a line for a file yet, though one may be about to be written.
var errUnrecorded = errors.New("no manifest has a line for it")

// decideOnce is decide, once. Recorded says whether all lines are written, which matters only where a file has none.
func (p *planner) decideOnce(sweep string, t *sweeps.Task, recorded bool) (item Item, ok bool, err error) {
	h := p.catalog.History(t.ID)
	item = Item{Task: t, LastRun: h.LastRun(), recorded: recorded}
	found, here, err := p.find(&h, t.ID, sweep, t.File)
	if err != nil {
		return item, false, fmt.Errorf("plan sweep %s: %w", sweep, err)
	}
	item.HasResult = found != nil
	if p.request.IsPartial() {
		if ok, err := p.selects(t, &h, sweep); !ok {
			return item, false, err
		}
		item.Selected = true
		return item, true, errors.Join(p.execute(&item, &h, sweep, "selected"), p.checkName(&item, sweep, here))
	}
	if run := p.request.Resumed[t.ID]; run > item.LastRun {
		item.Selected = true
		return item, true, errors.Join(p.execute(&item, &h, sweep, "ordered again"), p.checkName(&item, sweep, here))
	}
	if done, err := p.reuse(&item, found, here, &h, sweep); !done || err != nil {
		if failure := h.SettledFailure(sweep); failure != nil || err != nil {
			return item, true, errors.Join(err, p.leave(&item, failure))
		}
		if err := p.execute(&item, &h, sweep, reasonToRun(&h, here)); err != nil {
			return item, true, err
		}
	}
	return item, true, p.checkName(&item, sweep, here)
}

// selects reports whether a rerun selects a task.
func (p *planner) selects(t *sweeps.Task, h *catalog.History, sweep string) (bool, error) {
	status := catalog.TaskStatus{Task: *t, State: h.State(sweep)}
	if f := h.LastFailure(sweep); f != nil {
		l, err := p.catalog.Line(*f)
		if err != nil {
			return false, err
		}
		status.Line = &l.Line
	} else if last := h.LastCopy(sweep); last != nil {
		status.Verdict = last.Verdict()
	}
	return p.request.selects(&status), nil
}

// find is the catalog's Find, and also finds results without a line.
func (p *planner) find(h *catalog.History, id sweeps.ID, sweep, file string) (found *result, preferred catalog.FileState, err error) {
	s, preferred, err := p.catalog.FindIn(p.ctx, h, id, sweep, file)
	if err != nil {
		return nil, preferred, err
	}
	if s != nil {
		return &result{spot: s}, preferred, nil
	}
	if line := p.adopted[id]; line != nil {
		if line.Sweep == sweep && line.File == file {
			preferred = catalog.Intact
		}
		return &result{line: line}, preferred, nil
	}
	return nil, preferred, nil
}

// result is one that a plan found: by a manifest's line, or without one.
type result struct {
	spot *catalog.Ref
	line *manifest.Line
}

func (r *result) sweep() string {
	if r.spot != nil {
		return r.spot.Sweep()
	}
	return r.line.Sweep
}

// reuse decides on a result that exists.
func (p *planner) reuse(item *Item, found *result, here catalog.FileState, h *catalog.History, sweep string) (bool, error) {
	switch {
	case found == nil:
		return false, nil
	case here == catalog.Intact && found.line != nil:
		item.Action, item.Reason, item.Adopted, item.Verdict = Keep, foundReason, found.line, found.line.Quality.Verdict()
	case here == catalog.Intact:
		if h.LastFailure(sweep) != nil {
			return false, nil
		}
		item.Action, item.Reason, item.Verdict = Keep, "in place", found.spot.Verdict()
		return true, p.repeatLine(item, found.spot, h, sweep)
	default:
		item.Action, item.Reason = Link, "done by sweep "+found.sweep()
		if found.spot != nil && found.sweep() == sweep {
			l, err := p.catalog.Line(*found.spot)
			if err != nil {
				return false, err
			}
			item.Reason = "done as " + l.Line.File
		}
	}
	return true, nil
}

// repeatLine repeats the line of a result in place if the sweep's manifest has another name since, from a launch in
// between: a task's last line is its state.
func (p *planner) repeatLine(item *Item, here *catalog.Ref, h *catalog.History, sweep string) error {
	if last := h.LastCopy(sweep); last == nil || last.SameFile(here) {
		return nil
	}
	l, err := p.catalog.Line(*here)
	if err != nil {
		return err
	}
	item.Adopted = &l.Line
	return nil
}

// leave decides that a failure stays as it is; nil is none.
func (p *planner) leave(item *Item, failure *catalog.Ref) error {
	if failure == nil {
		return nil
	}
	l, err := p.catalog.Line(*failure)
	if err != nil {
		return err
	}
	item.Action, item.Failure = Leave, l
	item.Reason = fmt.Sprintf("failed (%s): %s", l.Line.Class, l.Line.Error)
	return nil
}

// execute decides between running now, waiting for a source and not at all.
func (p *planner) execute(item *Item, h *catalog.History, sweep, reason string) error {
	item.Action, item.Reason, item.retried = Run, reason, h.Failure() != nil
	source := item.Task.Source
	if source == nil || source.Task == (sweeps.ID{}) {
		return nil
	}
	if p.coming[source.Task] || p.isPending(source.Task) {
		item.Action, item.Reason = Wait, "waits for "+source.Sweep+"/"+source.File
		return nil
	}
	history := p.catalog.History(source.Task)
	copied, _, err := p.find(&history, source.Task, source.Sweep, source.File)
	if err != nil {
		return fmt.Errorf("look at source %s/%s: %w", source.Sweep, source.File, err)
	}
	if copied != nil {
		return nil
	}
	item.Action, item.Reason = Block, p.missingSource(source)
	if f := h.LastFailure(sweep); f != nil && f.Class() == protocol.Source && !p.request.IsPartial() {
		if p.leave(item, f) == nil {
			item.Reason = p.missingSource(source)
		}
	}
	return nil
}

// isPending reports whether an earlier launch waits for a task, or runs it.
func (p *planner) isPending(id sweeps.ID) bool { return p.launches != nil && p.launches.IsPending(id) }

// missingSource says why a source is not there.
func (p *planner) missingSource(source *sweeps.Input) string {
	name := source.Sweep + "/" + source.File
	if h := p.catalog.History(source.Task); h.Failure() != nil {
		if l, err := p.catalog.Line(*h.Failure()); err == nil {
			return fmt.Sprintf("its source %s failed (%s): %s", name, l.Line.Class, l.Line.Error)
		}
	}
	return fmt.Sprintf("its source %s is not done: run sweep %s first, or with this one", name, source.Sweep)
}

func reasonToRun(h *catalog.History, here catalog.FileState) string {
	switch {
	case h.Failure() != nil:
		return fmt.Sprintf("failed (%s): tried again", h.Failure().Class())
	case here == catalog.Damaged:
		return "its file is not what the manifest says"
	case h.HasResult():
		return "its file is gone"
	default:
		return "new"
	}
}
