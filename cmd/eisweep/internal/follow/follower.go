package follow

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/natsconn"
	"eisweep/internal/queue"
)

// Follower shows the progress of sweeps that a coordinator runs.
type Follower struct {
	client   *client.Client
	observer display.Observer
	names    []string    // none: every sweep, without an end
	subset   *TaskSubset // the tasks that a rerun is about; nil: all of the sweeps

	lines     display.LineBuffer
	stop      func()
	silent    bool // the coordinator did not answer the last request
	noWorkers NoWorkerHint
	whole     control.Snapshot // of what is followed
	last      control.Snapshot // as it is shown
	summary   control.Summary
}

// pollInterval is how often the coordinator is asked for progress.
const pollInterval = 500 * time.Millisecond

// New returns a follower of the named sweeps, or of all without names. The subset is the tasks of a rerun, or nil.
func New(c *client.Client, o display.Observer, part *TaskSubset, names ...string) *Follower {
	return &Follower{client: c, observer: o, subset: part, names: names}
}

// SetNames selects the sweeps to follow.
func (f *Follower) SetNames(names []string) { f.names = names }

// Summary is the summary that Run showed; without sweeps if it showed none.
func (f *Follower) Summary() control.Summary { return f.summary }

// Listen receives every line that is written to manifests from now on.
func (f *Follower) Listen(ctx context.Context) (err error) {
	f.stop, err = f.client.Queue.Updates(ctx, "", func(_ string, text []byte) {
		var line manifest.Line
		if json.Unmarshal(text, &line) == nil {
			f.lines.Add(line)
		}
	})
	return err
}

// Close stops listening.
func (f *Follower) Close() { f.stop() }

// follows reports whether a sweep is followed.
func (f *Follower) follows(sweep string) bool {
	return len(f.names) == 0 || slices.Contains(f.names, sweep)
}

// Run shows progress until every followed sweep is done, cancelled or failed. The error holds all that the exit code depends
// on.
func (f *Follower) Run(ctx context.Context, e *cli.Env) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		settled, err := f.poll(ctx)
		if err != nil {
			return f.leave(ctx, e, err)
		}
		if settled {
			return f.finish(ctx, e)
		}
		if f.noWorkers.IsDue(&f.whole, time.Now()) {
			f.noWorkers.shown = noWorkersText(ctx, e, f.client)
			if f.noWorkers.shown != "" {
				f.observer.Notice(f.noWorkers.shown)
			}
		}
		select {
		case <-ctx.Done():
			return f.leave(ctx, e, ctx.Err())
		case <-ticker.C:
		}
	}
}

// poll shows the current progress, and reports whether all sweeps are settled. A coordinator that does not answer is no error:
// another may start.
func (f *Follower) poll(ctx context.Context) (settled bool, err error) {
	asked, cancel := context.WithTimeout(ctx, client.AnswerTimeout)
	defer cancel()
	snapshot, err := control.Ask[control.Snapshot](asked, f.client.Queue, control.VerbSnapshot, control.Nothing{})
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.Is(err, queue.ErrNoCoordinator), errors.Is(err, natsconn.ErrUnreachable), errors.Is(err, context.DeadlineExceeded):
		if !f.silent {
			f.observer.Notice("warning: the coordinator does not answer; workers continue their tasks (waiting for the coordinator)")
		}
		f.silent = true
		return false, nil
	case err != nil:
		return false, err
	}
	if f.silent {
		f.observer.Notice("the coordinator answers again")
		f.silent = false
	}
	f.show(snapshot)
	return len(f.names) > 0 && f.settled(), nil
}

// show passes new progress to the observer.
func (f *Follower) show(s control.Snapshot) {
	f.whole = f.narrowed(s)
	f.showLines()
	f.last = f.whole
	if f.subset != nil {
		f.last.Sweeps = slices.Clone(f.whole.Sweeps)
		for i := range f.last.Sweeps {
			f.last.Sweeps[i] = f.subset.of(f.whole.Sweeps[i], s.Running)
		}
	}
	f.observer.Progress(f.last)
}

func (f *Follower) showLines() {
	for _, line := range f.lines.Take() {
		if !f.follows(line.Sweep) || !f.subset.has(line.ID) {
			continue
		}
		if f.subset != nil {
			f.subset.take(&line)
		}
		f.observer.Task(&line)
	}
}

// narrowed leaves out what is not followed.
func (f *Follower) narrowed(s control.Snapshot) control.Snapshot {
	if len(f.names) == 0 {
		return s
	}
	return narrow(s, f.follows, f.subset)
}

// narrow leaves out sweeps that are not followed. The time left is then the longest of the others.
func narrow(s control.Snapshot, follows func(sweep string) bool, part *TaskSubset) control.Snapshot {
	out := control.Snapshot{Elapsed: s.Elapsed, LeftKnown: true, NoWorker: s.NoWorker}
	for _, x := range s.Sweeps {
		if follows(x.Name) {
			out.Sweeps = append(out.Sweeps, x)
			if x.Left > out.Left {
				out.LeftRange = x.LeftRange
			}
			out.Left, out.LeftKnown = max(out.Left, x.Left), out.LeftKnown && (x.LeftKnown || x.Done+x.Failed == x.Tasks)
		}
	}
	for _, r := range s.Running {
		if follows(r.Sweep) && part.has(r.ID) {
			out.Running = append(out.Running, r)
		}
	}
	return out
}

// settled reports whether all followed sweeps are settled; so is a sweep that the coordinator no longer reports.
func (f *Follower) settled() bool {
	if f.subset.settled() {
		return true
	}
	return allSettled(&f.whole)
}

func allSettled(snapshot *control.Snapshot) bool {
	for i := range snapshot.Sweeps {
		if s := &snapshot.Sweeps[i]; s.Status != control.Cancelled && s.Status != control.Finished &&
			(s.Done+s.Failed < s.Tasks || s.Undecided > 0) {
			return false
		}
	}
	return true
}

// finish shows the summary.
func (f *Follower) finish(ctx context.Context, e *cli.Env) error {
	sum, err := client.Ask[control.Summary](ctx, f.client, control.VerbSummary, control.Steer{Sweeps: f.names})
	if err != nil {
		return f.leave(ctx, e, err)
	}
	for i := range sum.Sweeps {
		sum.Sweeps[i].Dir = f.client.Root.SweepDir(sum.Sweeps[i].Name) // as this machine has it
	}
	f.stop()
	f.showLines()
	f.observer.Summary(sum, nil)
	f.summary = sum
	if f.subset.settled() {
		return f.subset.error()
	}
	return errors.Join(f.unfinishedError(sum), cli.SummaryError(sum))
}

// unfinishedError is the error for sweeps that were cancelled, or that a restarted coordinator does not run.
func (f *Follower) unfinishedError(sum control.Summary) error {
	var given, left []string
	for i := range sum.Sweeps {
		switch s := &sum.Sweeps[i]; {
		case s.Done+s.Failed == s.Tasks:
		case s.Status == control.Cancelled, s.Status == control.Finished && f.subset == nil: // a rerun of some tasks ended since
			given = append(given, s.Name)
		case !slices.ContainsFunc(f.whole.Sweeps, func(x control.SweepState) bool { return x.Name == s.Name }):
			left = append(left, s.Name)
		}
	}
	var errs []error
	if len(given) > 0 {
		errs = append(errs, cli.Errorf(cli.ExitTasks, "%s %s cancelled; launch again to continue", cli.Enumerate(given),
			cli.Plural(len(given), "was", "were")))
	}
	if len(left) > 0 {
		errs = append(errs,
			cli.Errorf(cli.ExitLost, "the coordinator does not run %s: see `eisweep explain`; launch again to continue", cli.Enumerate(left)))
	}
	return errors.Join(errs...)
}

// leave stops following before the sweeps end.
func (f *Follower) leave(ctx context.Context, e *cli.Env, err error) error {
	f.showLines()
	if ctx.Err() != nil && len(f.names) > 0 {
		names := strings.Join(f.names, " ") + e.Flags()
		f.observer.Notice("the sweeps continue in the background; follow them with `eisweep watch " + names +
			"`, stop them with `eisweep cancel " + names + "`")
	}
	return cli.OrInterrupted(ctx, err)
}
