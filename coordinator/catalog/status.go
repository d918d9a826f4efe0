package catalog

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"os"

	"eisweep/coordinator/records"
	"eisweep/internal/manifest"
	"eisweep/internal/quality"
	"eisweep/internal/root"
	"eisweep/internal/until"
	"eisweep/sweeps"
)

// SweepStatus is the status of a sweep by its directory.
type SweepStatus struct {
	Sweep *sweeps.Sweep // of the latest launch
	Tasks []TaskStatus  // of the latest launch, in its order
	// Unread is the first reason why results could not be looked at: they count as done. Nil when all of them could.
	Unread error
	// ByManifest is why the tasks are all those of the manifest instead of the latest launch. Nil if they are of the launch.
	ByManifest error
	// Decisions say how many seeds each point of a sweep with [until] gets, by its number. Tasks beyond them are not among the tasks,
	// unless they are done. Nil if the sweep has no [until], or the tasks are those of the manifest.
	Decisions map[int]until.Decision
}

// TaskStatus is the status of one of its tasks.
type TaskStatus struct {
	Task  sweeps.Task
	State State
	Line  *manifest.Line // the manifest's last line of it; nil when there is none
	Gone  bool           // it was done, and its file is gone: it is new again
	// Verdict says whether the result of a task that is done is suspect.
	Verdict quality.Verdict
	// Damaged: it was done, and its file does not match the manifest: it is new again.
	Damaged bool
	// Point is the number of the task's point in Decisions.
	Point int
}

// ReadSweep reads the status of the sweep of that name. It needs no lock and no
// coordinator. The error wraps fs.ErrNotExist when the sweep was never launched.
func ReadSweep(ctx context.Context, r *root.Root, prober Prober, name string) (*SweepStatus, error) {
	x, err := Lazy(r)
	if err != nil {
		return nil, err
	}
	return x.ReadSweep(ctx, prober, name)
}

// ReadSweep is the function of that name for callers that ask for several sweeps. What changed since the catalog was
// read may be missing.
func (x *Catalog) ReadSweep(ctx context.Context, prober Prober, name string) (*SweepStatus, error) {
	r := x.root
	s, e, err := x.expandLatest(ctx, prober, name)
	if err != nil {
		return nil, err
	}
	last, err := lastLines(r, name)
	if err != nil {
		return nil, err
	}
	out, err := x.statusOf(ctx, name, s, e.All(), last)
	if err != nil {
		return nil, err
	}
	return out, x.stop(ctx, prober, name, e, out)
}

// statusOf looks at the results of a sweep's tasks in the directory of that name, which is not the sweep's name if it is a renamed copy.
func (x *Catalog) statusOf(ctx context.Context, name string, s *sweeps.Sweep, tasks iter.Seq[sweeps.Task],
	last map[sweeps.ID]*manifest.Line,
) (*SweepStatus, error) {
	r := x.root
	// Its directory is listed first: a network's file system then knows of all files at once. It
	// is done after the manifest was read: a result is placed before its line is written.
	if _, err := Names(r.SweepDir(name)); err != nil {
		return nil, fmt.Errorf("list results of %s: %w", name, err)
	}
	out := &SweepStatus{Sweep: s}
	for t := range tasks {
		status := TaskStatus{Task: t, State: StatePending, Line: last[t.ID]}
		if status.Line != nil && status.Line.State != manifest.Superseded {
			status.State = State(status.Line.State)
		}
		if status.State == StateDone {
			err := status.look(ctx, x, name)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			out.Unread = cmp.Or(out.Unread, err)
		}
		if status.State == StateDone {
			status.Verdict = status.Line.Quality.Verdict()
		}
		out.Tasks = append(out.Tasks, status)
	}
	return out, nil
}

// LatestTasks makes the tasks of a sweep's latest launch again. The error wraps fs.ErrNotExist if it was never launched.
func (x *Catalog) LatestTasks(ctx context.Context, prober Prober, name string) (*sweeps.Expansion, error) {
	_, e, err := x.expandLatest(ctx, prober, name)
	return e, err
}

// expandLatest makes the tasks of a sweep's latest launch.
func (x *Catalog) expandLatest(ctx context.Context, prober Prober, name string) (*sweeps.Sweep, *sweeps.Expansion, error) {
	s, err := records.Launched(x.root, name)
	if err != nil {
		return nil, nil, err
	}
	lib := NewLibrary(ctx, x, prober, nil)
	if err := lib.UseCopies(); err != nil {
		return nil, nil, err
	}
	e, err := s.Expand(ctx, lib)
	if err != nil {
		return nil, nil, fmt.Errorf("expand the latest launch of %s: %w", name, err)
	}
	return s, e, nil
}

// look makes a task that was done new again if its result is not intact for a launch. The error says why that cannot
// be found out: the task stays done.
func (s *TaskStatus) look(ctx context.Context, x *Catalog, sweep string) error {
	claimed := claimOf(sweep, s.Line)
	claimed.file = s.Task.File
	is, err := x.inspect(ctx, claimed)
	if err != nil {
		return err
	}
	s.Gone, s.Damaged = is == Missing, is == Damaged
	if is != Intact {
		s.State = StatePending
	}
	return nil
}

// Names lists the names in a directory at once: to look at its files one by one takes long on a network.
func Names(dir string) (map[string]bool, error) {
	names := map[string]bool{}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		names[e.Name()] = true
	}
	return names, err
}

// lastLines reads the last line of each task from a sweep's manifest.
func lastLines(r *root.Root, name string) (map[sweeps.ID]*manifest.Line, error) {
	last := map[sweeps.ID]*manifest.Line{}
	for line, err := range manifest.Read(r.Manifest(name)) {
		if err != nil {
			return nil, fmt.Errorf("read manifest of %s: %w", name, err)
		}
		last[line.ID] = &line
	}
	return last, nil
}
