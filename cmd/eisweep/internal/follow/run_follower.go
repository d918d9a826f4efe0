package follow

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/coordinator"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
)

// RunFollower shows the progress of the sweeps of a `run` in another process, from the report that it writes and from the manifests.
type RunFollower struct {
	root     *root.Root
	holder   root.Holder // the run
	observer display.Observer
	names    []string // none: every sweep of the run

	report *client.RunReport // the last one; nil until there is one
	read   map[string]int64  // how far each manifest was read, in bytes
	lines  display.LineBuffer
}

// NewRun returns a follower of the named sweeps of a run, or of all without names. Lines that are in their manifests are not shown.
func NewRun(r *root.Root, holder root.Holder, o display.Observer, names ...string) (*RunFollower, error) {
	f := &RunFollower{root: r, holder: holder, observer: o, names: names, read: map[string]int64{}}
	launched, err := r.Sweeps()
	for _, name := range launched {
		if info, err := os.Stat(r.Manifest(name)); err == nil {
			f.read[name] = info.Size()
		}
	}
	return f, err
}

// Run shows progress until every followed sweep is done or the run has ended. The error holds all that the exit code depends on.
func (f *RunFollower) Run(ctx context.Context) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	if client.IsStopped(f.holder) {
		f.observer.Notice("the run is stopped by SIGSTOP and continues after SIGCONT")
	}
	for {
		ended, err := f.poll()
		if err != nil {
			return err
		}
		if ended {
			return f.finish(ctx)
		}
		select {
		case <-ctx.Done():
			return cli.OrInterrupted(ctx, ctx.Err())
		case <-ticker.C:
		}
	}
}

// poll shows the current progress, and reports whether nothing more comes.
func (f *RunFollower) poll() (ended bool, err error) {
	// The lock is read before the files: if the run has ended, they are complete.
	h, held, err := f.root.Holder()
	if err != nil {
		return false, err
	}
	ended = !held || !h.Is(f.holder)
	report := client.ReadRunReport(f.root)
	if report != nil && report.Holder.Is(f.holder) {
		f.report = report
	}
	if err := f.readLines(); err != nil {
		return false, err
	}
	if f.report == nil {
		return ended, nil
	}
	now := f.narrowed()
	f.lines.PassTo(f.observer)
	if ended {
		return true, nil
	}
	f.observer.Progress(now)
	return len(f.names) > 0 && len(now.Sweeps) == len(f.names) && allSettled(&now), nil
}

func (f *RunFollower) narrowed() control.Snapshot {
	if len(f.names) == 0 {
		return f.report.Snapshot // as the run shows it
	}
	return narrow(f.report.Snapshot, f.follows, nil)
}

// follows reports whether a sweep is followed.
func (f *RunFollower) follows(sweep string) bool {
	return len(f.names) == 0 || slices.Contains(f.names, sweep)
}

// readLines takes in the lines that were added to the manifests of the run's sweeps.
func (f *RunFollower) readLines() error {
	if f.report == nil {
		return nil
	}
	for i := range f.report.Snapshot.Sweeps {
		name := f.report.Snapshot.Sweeps[i].Name
		if !f.follows(name) {
			continue
		}
		path := f.root.Manifest(name)
		for b, err := range manifest.ReadBriefs(path, f.read[name]) {
			if err != nil {
				return err
			}
			line, err := manifest.ReadLine(path, b.Begin, b.End)
			if err != nil {
				return err
			}
			f.read[name] = b.End
			f.lines.Add(line)
		}
	}
	return nil
}

// finish shows the summary of the followed sweeps, from their manifests.
func (f *RunFollower) finish(ctx context.Context) error {
	f.lines.PassTo(f.observer)
	if f.report == nil {
		return cli.Errorf(cli.ExitLost, "`%s` ended before it reported a sweep", f.holder.Command)
	}
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	var sum control.Summary
	for _, name := range f.followed() {
		s, err := coordinator.SummarizeDirectory(ctx, f.root, prober, name)
		if err != nil {
			return cli.OrInterrupted(ctx, err)
		}
		if kept, ok := f.report.Kept[s.Name]; ok { // the run has the sweep
			s.Reused = min(kept.Reused, s.Done)
			s.Linked = min(kept.Linked, s.Done-s.Reused)
			s.Ran = s.Done - s.Reused - s.Linked
		}
		sum.Sweeps = append(sum.Sweeps, s)
	}
	f.observer.Summary(sum, nil)
	return errors.Join(f.unfinishedError(&sum), cli.SummaryError(sum))
}

// followed lists the sweeps to summarize: the named ones, else those of the run.
func (f *RunFollower) followed() []string {
	if len(f.names) > 0 {
		return f.names
	}
	var out []string
	for i := range f.report.Snapshot.Sweeps {
		out = append(out, f.report.Snapshot.Sweeps[i].Name)
	}
	return out
}

// unfinishedError is the error for sweeps that the run left unfinished.
func (f *RunFollower) unfinishedError(sum *control.Summary) error {
	var left []string
	for i := range sum.Sweeps {
		if s := &sum.Sweeps[i]; s.Done+s.Failed < s.Tasks {
			left = append(left, s.Name)
		}
	}
	if len(left) == 0 {
		return nil
	}
	return cli.Errorf(cli.ExitLost, "`%s` ended before %s %s done; the same command continues", f.holder.Command, cli.Enumerate(left),
		cli.Plural(len(left), "was", "were"))
}
