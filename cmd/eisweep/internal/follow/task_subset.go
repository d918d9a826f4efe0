package follow

import (
	"errors"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// TaskSubset is the tasks of a rerun, with their states from manifest lines.
type TaskSubset struct {
	ids    map[sweeps.ID]bool
	states map[sweeps.ID]manifest.State // of finished tasks
	open   map[sweeps.ID]bool           // of these: the coordinator may retry them
	failed map[sweeps.ID]manifest.Line  // of these: failures, even if an earlier result is kept
}

// NewTaskSubset returns a subset of tasks, none of which has finished.
func NewTaskSubset(ids map[sweeps.ID]bool) *TaskSubset {
	return &TaskSubset{ids: ids, states: map[sweeps.ID]manifest.State{}, open: map[sweeps.ID]bool{}, failed: map[sweeps.ID]manifest.Line{}}
}

// has reports whether a task belongs to the subset; nil is all tasks.
func (p *TaskSubset) has(id sweeps.ID) bool { return p == nil || p.ids[id] }

func (p *TaskSubset) take(l *manifest.Line) {
	if !p.ids[l.ID] || display.IsSuperseded(l) {
		return
	}
	p.states[l.ID] = l.State
	delete(p.open, l.ID)
	if class := protocol.Class(l.Class); l.State == manifest.Failed && (class == protocol.Storage || class == protocol.Lost) {
		p.open[l.ID] = true
	}
	if l.State == manifest.Failed {
		p.failed[l.ID] = *l
	} else if l.Run >= p.failed[l.ID].Run {
		delete(p.failed, l.ID)
	}
}

// error holds the exit codes of the failed tasks.
func (p *TaskSubset) error() error {
	var errs []error
	for _, l := range p.failed {
		errs = append(errs, &cli.ExitError{Code: cli.ClassCode(protocol.Class(l.Class))})
	}
	return errors.Join(errs...)
}

// settled reports whether all tasks have finished for good, according to the lines.
func (p *TaskSubset) settled() bool {
	return p != nil && len(p.states) == len(p.ids) && len(p.open) == 0
}

// of is the progress of the subset within its sweep.
func (p *TaskSubset) of(whole control.SweepState, running []control.RunningTask) control.SweepState {
	x := whole
	x.Tasks, x.Done, x.Failed, x.Running, x.Silent = len(p.ids), 0, 0, 0, 0
	for _, state := range p.states {
		if state == manifest.Done {
			x.Done++
		} else {
			x.Failed++
		}
	}
	x.WorkDone, x.WorkTotal = float64(x.Done+x.Failed), float64(x.Tasks)
	for i := range running {
		r := &running[i]
		if _, ended := p.states[r.ID]; r.Sweep != x.Name || !p.ids[r.ID] || ended {
			continue
		}
		x.Running++
		if r.Silent {
			x.Silent++
		}
		if r.Progress.Total > 0 {
			x.WorkDone += float64(r.Progress.Done) / float64(r.Progress.Total)
		}
	}
	rest := x.Tasks - x.Done - x.Failed
	x.Pending = min(x.Pending, rest-x.Running)
	x.Waiting = rest - x.Running - x.Pending
	if all := whole.Tasks - whole.Done - whole.Failed; all > rest {
		x.Left = time.Duration(float64(x.Left) * float64(rest) / float64(all))
	}
	return x
}
