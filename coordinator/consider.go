package coordinator

import (
	"errors"
	"fmt"
	"path/filepath"

	"eisweep/coordinator/catalog"
	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// consider decides what the launch does about a task of a sweep; ok is false when
// a rerun doesn't select it.
func (p *planner) consider(sweep string, t *sweeps.Task) (item PlanItem, ok bool, err error) {
	item, ok, err = p.judge(sweep, t, p.writeOut == nil)
	if errors.Is(err, errUnrecorded) {
		p.writeOut()
		item, ok, err = p.judge(sweep, t, true)
	}
	return item, ok, err
}

// errUnrecorded: no manifest tells of a file, but may do so in a moment.
var errUnrecorded = errors.New("no line tells of it")

// judge is consider. Whether all lines are written matters only where a file has none.
func (p *planner) judge(sweep string, t *sweeps.Task, recorded bool) (item PlanItem, ok bool, err error) {
	h := p.catalog.History(t.ID)
	item = PlanItem{Task: t, run: h.LastRun(), recorded: recorded}
	found, here, err := p.find(t.ID, sweep, t.File)
	if err != nil {
		return item, false, fmt.Errorf("plan sweep %s: %w", sweep, err)
	}
	item.stands = found != nil
	if p.order.part() {
		if ok, err := p.selects(t, &h, sweep); !ok {
			return item, false, err
		}
		item.part = true
		return item, true, errors.Join(p.execute(&item, &h, sweep, "selected"), p.lookAtName(&item, sweep, here))
	}
	if run := p.order.again[t.ID]; run > item.run {
		item.part = true
		return item, true, errors.Join(p.execute(&item, &h, sweep, "ordered again"), p.lookAtName(&item, sweep, here))
	}
	if done, err := p.reuse(&item, found, here, &h, sweep); !done || err != nil {
		if failure := h.SettledFailure(sweep); failure != nil || err != nil {
			return item, true, errors.Join(err, p.leave(&item, failure))
		}
		if err := p.execute(&item, &h, sweep, reasonToRun(&h, here)); err != nil {
			return item, true, err
		}
	}
	return item, true, p.lookAtName(&item, sweep, here)
}

// selects says whether a rerun means a task.
func (p *planner) selects(t *sweeps.Task, h *catalog.History, sweep string) (bool, error) {
	status := catalog.TaskStatus{Task: *t, State: h.State(sweep)}
	if f := h.LastFailure(sweep); f != nil {
		l, err := p.catalog.Line(*f)
		if err != nil {
			return false, err
		}
		status.Line = &l.Line
	}
	return p.order.selects(&status), nil
}

// find is the index's, and knows of results without a line as well.
func (p *planner) find(id sweeps.ID, sweep, file string) (found *result, preferred catalog.FileState, err error) {
	s, preferred, err := p.catalog.Find(p.ctx, id, sweep, file)
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
func (p *planner) reuse(item *PlanItem, found *result, here catalog.FileState, h *catalog.History, sweep string) (bool, error) {
	switch {
	case found == nil:
		return false, nil
	case here == catalog.Intact && found.line != nil:
		item.Action, item.Reason, item.adopt = Keep, foundReason, found.line
	case here == catalog.Intact:
		if h.LastFailure(sweep) != nil {
			return false, nil
		}
		item.Action, item.Reason = Keep, "in place"
		return true, p.nameAgain(item, found.spot, h, sweep)
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

// nameAgain repeats the line of a result in place if the sweep's manifest has told of
// another name since, that of a launch in between: a task's last line is its state.
func (p *planner) nameAgain(item *PlanItem, here *catalog.Ref, h *catalog.History, sweep string) error {
	if last := h.LastCopy(sweep); last == nil || last.SameFile(here) {
		return nil
	}
	l, err := p.catalog.Line(*here)
	if err != nil {
		return err
	}
	item.adopt = &l.Line
	return nil
}

// leave lets a failure stand.
func (p *planner) leave(item *PlanItem, failure *catalog.Ref) error {
	if failure == nil {
		return nil
	}
	l, err := p.catalog.Line(*failure)
	if err != nil {
		return err
	}
	item.Action, item.failure = Leave, l
	item.Reason = fmt.Sprintf("failed (%s): %s", l.Line.Class, l.Line.Error)
	return nil
}

// execute decides between running now, waiting for a source and not at all.
func (p *planner) execute(item *PlanItem, h *catalog.History, sweep, reason string) error {
	item.Action, item.Reason, item.retried = Run, reason, h.Failure() != nil
	source := item.Task.Source
	if source == nil || source.Task == (sweeps.ID{}) {
		return nil
	}
	if p.coming[source.Task] || p.awaited(source.Task) {
		item.Action, item.Reason = Wait, "waits for "+source.Sweep+"/"+source.File
		return nil
	}
	copied, _, err := p.find(source.Task, source.Sweep, source.File)
	if err != nil {
		return fmt.Errorf("look at source %s/%s: %w", source.Sweep, source.File, err)
	}
	if copied != nil {
		return nil
	}
	item.Action, item.Reason = Block, p.missingSource(source)
	if f := h.LastFailure(sweep); f != nil && f.Class() == protocol.Source && !p.order.part() {
		if p.leave(item, f) == nil {
			item.Reason = p.missingSource(source)
		}
	}
	return nil
}

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

// lookAtName finds out whether the file's name is free, and what has it if not.
func (p *planner) lookAtName(item *PlanItem, sweep string, here catalog.FileState) error {
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
	if !p.order.part() {
		p.adopt(item, line)
	}
	return nil
}

// adopt takes in a result that lies in the folder without a line in the manifest.
// It is known from here on, also to the tasks that start from it.
func (p *planner) adopt(item *PlanItem, line *manifest.Line) {
	line.Parameters = manifest.ParametersOf(item.Task.Varying)
	line.Run = item.run + 1 // a line is missing
	p.adopted[item.Task.ID] = line
	item.Action, item.Reason, item.adopt = Keep, foundReason, line
}

const foundReason = "found in the folder, without a line in the manifest"

// inspect makes the line of a result file that the manifest doesn't have; nil when
// it is nobody's.
func (p *planner) inspect(sweep, file string) (*manifest.Line, error) {
	path := filepath.Join(p.root.SweepDir(sweep), file)
	if line, ok := p.alien[path]; ok {
		return line, nil
	}
	found, err := p.prober.Digest(p.ctx, path)
	if p.ctx.Err() != nil {
		return nil, p.ctx.Err()
	}
	if atomicfile.IsRefused(err) {
		return nil, fmt.Errorf("find out whose result %s is: %w", path, err)
	}
	p.alien[path] = nil
	if err == nil && found.Info.Told {
		line := catalog.RebuildLine(sweep, file, &found)
		p.alien[path] = &line
	}
	return p.alien[path], nil
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
