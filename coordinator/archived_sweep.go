package coordinator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/explain"
	"eisweep/coordinator/launched"
	"eisweep/coordinator/records"
	"eisweep/coordinator/removal"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
)

// An archived sweep is one that this coordinator has neither launched nor resumed: it was finished or cancelled
// before the coordinator started, or could not be resumed. Its directory shows its state.

// archive answers for archived sweeps.
type archive struct {
	root   *root.Root
	prober catalog.Prober
}

func (c *Coordinator) archive() archive { return archive{c.config.Root, c.config.Prober} }

// summarize summarizes an archived sweep.
func (a archive) summarize(ctx context.Context, name string) (control.SweepSummary, error) {
	known, err := a.root.Sweeps()
	if err != nil {
		return control.SweepSummary{}, err
	}
	if !slices.Contains(known, name) {
		return control.SweepSummary{}, removal.Missing(a.root, name, known)
	}
	return SummarizeDirectory(ctx, a.root, a.prober, name)
}

// SummarizeDirectory returns the state of a sweep by its directory alone, in which all results are Reused. The errors are those of
// catalog.ReadSweep.
func SummarizeDirectory(ctx context.Context, r *root.Root, prober catalog.Prober, name string) (control.SweepSummary, error) {
	status, err := catalog.ReadSweep(ctx, r, prober, name)
	if err != nil {
		return control.SweepSummary{Name: name, Dir: r.SweepDir(name)}, err
	}
	return SummarizeStatus(r, name, status), nil
}

// SummarizeStatus is SummarizeDirectory of a status that was read.
func SummarizeStatus(r *root.Root, name string, status *catalog.SweepStatus) control.SweepSummary {
	out := control.SweepSummary{Name: name, Dir: r.SweepDir(name), ByClass: map[protocol.Class]int{}, Reasons: map[string]int{},
		FailedSince: map[protocol.Class]time.Time{}}
	out.Tasks = len(status.Tasks)
	for i := range status.Tasks {
		t := &status.Tasks[i]
		switch t.State {
		case catalog.StateDone:
			out.Done, out.Reused = out.Done+1, out.Reused+1
			if t.Verdict != 0 {
				out.Suspect++
			}
			for _, reason := range t.Verdict.Names() {
				out.Reasons[reason]++
			}
		case catalog.StateFailed:
			class := protocol.Class(t.Line.Class)
			out.Failed++
			out.ByClass[class]++
			if since, ok := out.FailedSince[class]; !ok || t.Line.Finished.Before(since) {
				out.FailedSince[class] = t.Line.Finished
			}
			if len(out.Failures) < launched.FailuresKept {
				f := control.Failure{ID: t.Task.ID, File: t.Task.File, Seed: t.Task.Seed, Class: class, Error: t.Line.Error}
				out.Failures = append(out.Failures, f)
			}
		}
	}
	if record, err := records.Read(r, name); out.Done+out.Failed == out.Tasks {
		out.Status = control.Finished
	} else if err == nil {
		out.Status = record.Status
	}
	return out
}

// explain explains the state of an archived sweep.
func (a archive) explain(ctx context.Context, name string) (control.Explained, error) {
	out := control.Explained{Target: name, Sweep: name, State: string(control.Finished)}
	s, err := a.summarize(ctx, name)
	if err != nil {
		return out, err
	}
	left := s.Tasks - s.Done - s.Failed
	out.Details = append(out.Details, fmt.Sprintf("%s: %d done, %d failed, %d to run", control.Count(s.Tasks, "task"), s.Done, s.Failed, left))
	out.Details = append(out.Details, s.Causes()...)
	if left == 0 {
		explain.Complete(name, s.Failed, &out)
		return out, nil
	}
	_, err = records.Read(a.root, name)
	out.State, out.Remedy = string(s.Status), "launch it again: its finished tasks are not computed again"
	switch {
	case s.Status == control.Cancelled:
		out.Reason = "it was cancelled"
	case errors.Is(err, fs.ErrNotExist):
		out.Reason = "it was never launched through a coordinator"
	default:
		out.Reason = "the coordinator could not resume it when it started; its log says why"
	}
	return out, nil
}
