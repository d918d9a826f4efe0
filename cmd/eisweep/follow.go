package main

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

// following shows sweeps that a coordinator sees to, until they are settled.
type following struct {
	client   *client.Client
	observer display.Observer
	names    []string // none: every sweep, without an end
	part     *part    // the tasks that a rerun is about; nil: all of the sweeps

	inbox  display.LineBuffer
	stop   func()
	silent bool             // the coordinator didn't answer the last time
	idle   idleness         // of the workers
	whole  control.Snapshot // of what is followed
	last   control.Snapshot // as it is shown
}

// followTime is how often the coordinator is asked how far things are.
const followTime = 500 * time.Millisecond

// newFollower follows sweeps by name, or all without names; part is the tasks that a rerun is about, or nil.
func newFollower(c *client.Client, o display.Observer, part *part, names ...string) *following {
	return &following{client: c, observer: o, part: part, names: names}
}

// setNames chooses the sweeps that are followed.
func (f *following) setNames(names []string) { f.names = names }

// listen takes every line that the manifests get from now on.
func (f *following) listen(ctx context.Context) (err error) {
	f.stop, err = f.client.Queue.Updates(ctx, "", func(_ string, text []byte) {
		var line manifest.Line
		if json.Unmarshal(text, &line) == nil {
			f.inbox.Add(line)
		}
	})
	return err
}

// close ends the listening.
func (f *following) close() { f.stop() }

// concerns says whether a sweep is followed.
func (f *following) concerns(sweep string) bool {
	return len(f.names) == 0 || slices.Contains(f.names, sweep)
}

// follow shows progress until every sweep that is followed is settled. The error
// holds all that the exit code depends on.
func (f *following) follow(ctx context.Context, e *cli.Env) error {
	ticker := time.NewTicker(followTime)
	defer ticker.Stop()
	for {
		settled, err := f.look(ctx)
		if err != nil {
			return f.left(ctx, e, err)
		}
		if settled {
			return f.finish(ctx, e)
		}
		if f.idle.asks(&f.whole, time.Now()) {
			f.idle.told = noWorker(ctx, e, f.client)
			if f.idle.told != "" {
				f.observer.Notice(f.idle.told)
			}
		}
		select {
		case <-ctx.Done():
			return f.left(ctx, e, ctx.Err())
		case <-ticker.C:
		}
	}
}

// look shows how far the sweeps are, and says whether they are settled. That the
// coordinator doesn't answer is no error: another may come.
func (f *following) look(ctx context.Context) (settled bool, err error) {
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

// show passes on what has come since the last time.
func (f *following) show(s control.Snapshot) {
	f.whole = f.narrowed(s)
	f.tellLines()
	f.last = f.whole
	if f.part != nil {
		f.last.Sweeps = slices.Clone(f.whole.Sweeps)
		for i := range f.last.Sweeps {
			f.last.Sweeps[i] = f.part.of(f.whole.Sweeps[i], s.Running)
		}
	}
	f.observer.Progress(f.last)
}

func (f *following) tellLines() {
	for _, line := range f.inbox.Take() {
		if !f.concerns(line.Sweep) || !f.part.has(line.ID) {
			continue
		}
		if f.part != nil {
			f.part.take(&line)
		}
		f.observer.Task(&line)
	}
}

// narrowed leaves out what is not followed. What is left of all is then the most
// that is left of one.
func (f *following) narrowed(s control.Snapshot) control.Snapshot {
	if len(f.names) == 0 {
		return s
	}
	out := control.Snapshot{Elapsed: s.Elapsed, LeftKnown: true}
	for _, x := range s.Sweeps {
		if f.concerns(x.Name) {
			out.Sweeps = append(out.Sweeps, x)
			out.Left, out.LeftKnown = max(out.Left, x.Left), out.LeftKnown && (x.LeftKnown || x.Done+x.Failed == x.Tasks)
		}
	}
	for _, r := range s.Running {
		if f.concerns(r.Sweep) && f.part.has(r.ID) {
			out.Running = append(out.Running, r)
		}
	}
	return out
}

// settled says whether nothing more happens to what is followed. A sweep that the
// coordinator no longer speaks of is.
func (f *following) settled() bool {
	if f.part.settled() {
		return true
	}
	for i := range f.whole.Sweeps {
		if s := &f.whole.Sweeps[i]; s.Status != control.Cancelled && s.Status != control.Finished && s.Done+s.Failed < s.Tasks {
			return false
		}
	}
	return true
}

// finish tells what became of the sweeps.
func (f *following) finish(ctx context.Context, e *cli.Env) error {
	sum, err := client.Ask[control.Summary](ctx, f.client, control.VerbSummary, control.Steer{Sweeps: f.names})
	if err != nil {
		return f.left(ctx, e, err)
	}
	for i := range sum.Sweeps {
		sum.Sweeps[i].Dir = f.client.Root.SweepDir(sum.Sweeps[i].Name) // as this machine has it
	}
	f.stop()
	f.tellLines()
	f.observer.Summary(sum, nil)
	if f.part.settled() {
		return f.part.error()
	}
	return errors.Join(f.unfinished(sum), cli.SummaryError(sum))
}

// unfinished is the error of sweeps that somebody gave up before their end, or that the
// coordinator, started anew, has not gone on with.
func (f *following) unfinished(sum control.Summary) error {
	var given, left []string
	for i := range sum.Sweeps {
		switch s := &sum.Sweeps[i]; {
		case s.Done+s.Failed == s.Tasks:
		case s.Status == control.Cancelled, s.Status == control.Finished && f.part == nil: // a rerun of some tasks ended since
			given = append(given, s.Name)
		case !slices.ContainsFunc(f.whole.Sweeps, func(x control.SweepState) bool { return x.Name == s.Name }):
			left = append(left, s.Name)
		}
	}
	var errs []error
	if len(given) > 0 {
		errs = append(errs, cli.Errorf(cli.ExitTasks, "%s %s cancelled; launch again to continue", cli.Enumerate(given), cli.Plural(len(given), "was", "were")))
	}
	if len(left) > 0 {
		errs = append(errs, cli.Errorf(cli.ExitLost, "the coordinator does not run %s: see `eisweep explain`; launch again to continue", cli.Enumerate(left)))
	}
	return errors.Join(errs...)
}

// left ends the showing before the sweeps end.
func (f *following) left(ctx context.Context, e *cli.Env, err error) error {
	f.tellLines()
	if ctx.Err() != nil && len(f.names) > 0 {
		f.observer.Notice("the sweeps continue in the background; follow them with `eisweep watch " + strings.Join(f.names, " ") + e.Flags() + "`, stop them with `eisweep cancel`")
	}
	return cli.OrInterrupted(ctx, err)
}
