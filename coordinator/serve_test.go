package coordinator

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/sim"
	"eisweep/sweeps"
)

// serve starts a coordinator as a service: others may work on its queue and ask it.
func (g *testCluster) serve() *Coordinator {
	g.t.Helper()
	k, err := Start(g.context(), g.config())
	if err != nil {
		g.t.Fatal(err)
	}
	stop, err := k.Serve()
	if err != nil {
		g.t.Fatal(err)
	}
	g.end = func() {
		stop()
		if err := k.Stop(context.Background()); err != nil {
			g.t.Error(err)
		}
	}
	g.t.Cleanup(g.end)
	return k
}

// ask sends a request as commands do.
func ask[A, R any](g *testCluster, verb string, request R) (A, error) {
	return control.Ask[A](g.context(), g.asker, verb, request)
}

// told is ask of a request that must be carried out.
func told[A, R any](g *testCluster, verb string, request R) A {
	g.t.Helper()
	a, err := ask[A](g, verb, request)
	if err != nil {
		g.t.Fatalf("%s: %v", verb, err)
	}
	return a
}

// finish works on what there is until the sweep is finished.
func (g *testCluster) finish(k *Coordinator, sweep string) control.SweepSummary {
	g.t.Helper()
	stop := g.works()
	g.until(k, func() bool { return k.statusOf(sweep) == control.Finished })
	stop()
	return g.ends(k, sweep)
}

// ends waits for a sweep to be finished, and recorded.
func (g *testCluster) ends(k *Coordinator, sweep string) control.SweepSummary {
	g.t.Helper()
	g.until(k, func() bool { return k.statusOf(sweep) == control.Finished })
	return g.summary(sweep)
}

// until waits for what the coordinator's changes bring about.
func (g *testCluster) until(k *Coordinator, ok func() bool) {
	g.t.Helper()
	ctx := g.context()
	for {
		k.mu.Lock()
		changed := k.changed
		k.mu.Unlock()
		if ok() {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			g.t.Fatalf("it doesn't come to pass: %+v", k.Snapshot())
		}
	}
}

func file(text string) control.SweepFile { return control.SweepFile{Path: "test.toml", TOML: text} }

func TestServedLaunch(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	launch := control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo), file(pushed)}, Priority: 3, Dry: true}
	if p := told[control.Plan](g, control.VerbLaunch, launch); len(p.Sweeps) != 2 || p.Sweeps[0].New != 4 || p.Sweeps[1].Waiting != 4 {
		t.Errorf("dry launch: %+v", p)
	}
	if s := told[control.Snapshot](g, control.VerbSnapshot, control.Nothing{}); len(s.Sweeps) != 0 {
		t.Errorf("a dry launch left %+v", s)
	}
	launch.Dry = false
	told[control.Plan](g, control.VerbLaunch, launch)
	if s := told[control.Snapshot](g, control.VerbSnapshot, control.Nothing{}); len(s.Sweeps) != 2 || s.Sweeps[0].Priority != 3 ||
		s.Sweeps[0].Pending != 4 || s.Sweeps[1].Waiting != 4 || s.Sweeps[0].Status != control.Open {
		t.Errorf("snapshot %+v", s)
	}
	if s := g.finish(k, "pushed"); s.Done != 4 || g.executed() != 8 {
		t.Errorf("summary %+v", s)
	}
	if p := told[control.Pong](g, control.VerbPing, control.Nothing{}); p.Version != "test" || p.PID == 0 || p.Since.IsZero() {
		t.Errorf("pong %+v", p)
	}
}

func TestRefusals(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.finish(k, "two")
	changed := file(strings.Replace(twoByTwo, "n_trials = 1", "n_trials = 2", 1))
	for _, c := range []struct {
		verb    string
		request any
		kind    control.Kind
		text    string
	}{
		{control.VerbLaunch, control.LaunchRequest{}, control.Input, "no sweep"},
		{control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file("name = 3")}}, control.Input, "test.toml:1"},
		{control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo), file(twoByTwo)}}, control.Input,
			"share a directory"},
		{control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{changed}}, control.InTheWay, "--supersede"},
		{control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(strings.Replace(twoByTwo, "[1, 2]", "[2]", 1))}},
			control.Drops, "the launch of two drops 2 finished tasks (seed 1); --drop"},
		{control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)},
			Rerun: &control.Choice{Where: map[string]string{"no.such": "1"}}}, control.Input, "no.such"},
		{control.VerbCancel, control.Steer{Sweeps: []string{"none"}}, control.Unknown, "it has two"},
		{control.VerbSummary, control.Steer{Sweeps: []string{"none"}}, control.Unknown, "none"},
		{"dance", control.Nothing{}, control.Input, "dance"},
	} {
		_, err := ask[any](g, c.verb, c.request)
		var refusal *control.Refusal
		if !errors.As(err, &refusal) || refusal.Kind != c.kind || !strings.Contains(refusal.Text, c.text) {
			t.Errorf("%s: %v", c.verb, err)
		}
	}
	if p := told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{changed},
		Supersede: true}); p.Sweeps[0].New != 4 {
		t.Errorf("superseding plan %+v", p)
	}
}

func TestPausedAndCancelledSweeps(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	other := file(strings.Replace(strings.Replace(twoByTwo, `"two"`, `"other"`, 1), "[1, 2]", "[2, 5]", 1))
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo), other}})
	both := control.Steer{Sweeps: []string{"two"}}
	for _, changed := range []bool{true, false} {
		s := told[control.Steered](g, control.VerbPause, both).Sweeps[0]
		if s.Status != control.Paused || s.Changed != changed {
			t.Errorf("paused: %+v", s)
		}
	}
	if s := g.finish(k, "other"); s.Done != 4 || len(g.files("two")) != 2 {
		t.Errorf("%+v, and two has %q", s, g.files("two"))
	}
	if s := told[control.Steered](g, control.VerbResume, both).Sweeps[0]; s.Status != control.Open || !s.Changed {
		t.Errorf("resumed: %+v", s)
	}
	for _, changed := range []bool{true, false} {
		s := told[control.Steered](g, control.VerbCancel, both).Sweeps[0]
		if s.Status != control.Cancelled || s.Changed != changed || (changed && s.Removed != 2) {
			t.Errorf("cancelled: %+v", s)
		}
	}
	if _, err := ask[control.Steered](g, control.VerbResume, both); err == nil || !strings.Contains(err.Error(), "launch it again") {
		t.Errorf("resumed after cancelling: %v", err)
	}
	if left := g.orders(); len(left) != 0 {
		t.Errorf("queued %v", left)
	}
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	if s := g.finish(k, "two"); s.Done != 4 || g.executed() != 6 {
		t.Errorf("launched again: %+v", s)
	}
}

func TestWorkersAreListedAndDrained(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	commands := make(chan string, 1)
	stop, err := g.site.Commands("w1", func(c protocol.Command) { commands <- c.Verb })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	g.queue.PublishPresence(protocol.Presence{Name: "w1", Host: "here", Slots: 2, State: "idle"})
	g.queue.PublishPresence(protocol.Presence{Name: "w2", Host: "there", Slots: 2, State: "idle"})
	g.heard(k, 2)
	w := told[control.Workers](g, control.VerbWorkers, control.Nothing{}).Workers
	if len(w) != 2 || w[0].Name != "w1" || w[1].Host != "there" || w[0].Silent || w[0].Slots != 2 {
		t.Errorf("workers %+v", w)
	}
	discovered := make(chan struct{})
	close(discovered)
	k.workersDiscovered = discovered
	d := told[control.Drained](g, control.VerbDrain, control.Drain{Targets: []string{"here", "w1", "w9"}})
	if len(d.Workers) != 1 || d.Workers[0] != "w1" || len(d.Unknown) != 1 || <-commands != protocol.Drain {
		t.Errorf("drained %+v", d)
	}
	g.queue.PublishPresence(protocol.Presence{Name: "w2", Gone: true, State: "draining: it was told to"})
	g.heard(k, 1)
}

// TestDrainWaitsForWorkersToBeHeard drains all soon after a start, when only some of the
// workers have told of themselves.
func TestDrainWaitsForWorkersToBeHeard(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	discovered := make(chan struct{})
	k.workersDiscovered = discovered
	g.queue.PublishPresence(protocol.Presence{Name: "w1", Host: "here", Slots: 2, State: "idle"})
	g.heard(k, 1)
	drained := make(chan control.Drained, 1)
	go func() {
		d, err := k.Drain(g.context(), control.Drain{All: true})
		if err != nil {
			t.Error(err)
		}
		drained <- d
	}()
	g.queue.PublishPresence(protocol.Presence{Name: "w2", Host: "there", Slots: 2, State: "idle"})
	g.heard(k, 2)
	select {
	case discovered <- struct{}{}:
	case d := <-drained:
		t.Fatalf("it doesn't wait, and has drained %+v", d)
	}
	if d := <-drained; !slices.Equal(d.Workers, []string{"w1", "w2"}) {
		t.Errorf("drained %+v", d)
	}
}

// TestWorkerThatEndedByAnErrorIsShown has one worker give up, which was the only one.
func TestWorkerThatEndedByAnErrorIsShown(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	p := protocol.Presence{Name: "w1", Host: "here", Slots: 2, State: protocol.GaveUp + "the disk is full"}
	g.queue.PublishPresence(p)
	g.heard(k, 1)
	if w := k.Workers().Workers[0]; w.Ended || w.Silent || w.State != p.State {
		t.Errorf("while it ends: %+v", w)
	}
	p.Gone = true
	g.queue.PublishPresence(p)
	g.eventually(k, func() bool { return k.Workers().Workers[0].Ended })
	if w := k.Workers().Workers; len(w) != 1 || !w[0].Silent || w[0].State != "ended: the disk is full" {
		t.Errorf("workers %+v", w)
	}
	e := told[control.Explained](g, control.VerbExplain, control.Explain{Target: "two"})
	if want := "no worker is connected any more: w1 ended: the disk is full"; e.Reason != want {
		t.Errorf("explained %q, want %q", e.Reason, want)
	}
	if d := told[control.Drained](g, control.VerbDrain, control.Drain{Targets: []string{"w1"}}); len(d.Unknown) != 1 {
		t.Errorf("drained %+v", d)
	}
	if w := k.workers.Known(time.Now().Add(2 * time.Hour)); len(w) != 0 {
		t.Errorf("an hour later: %+v", w)
	}
}

// A worker that has no memory for a task still takes others.
func TestExplainTellsOfTooLittleMemory(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.queue.PublishPresence(protocol.Presence{Name: "w1", Host: "here", Slots: 2, Busy: 1, State: "working",
		Refused: "a task of two needs 9 GB"})
	g.heard(k, 1)
	e := told[control.Explained](g, control.VerbExplain, control.Explain{Target: "two"})
	if !strings.Contains(e.Reason, "w1 says: a task of two needs 9 GB") || !strings.Contains(e.Reason, "free slot") {
		t.Errorf("explained %+v", e)
	}
}

// A free slot is of no use to a sweep while another one comes first.
func TestExplainNamesTheSweepThatComesFirst(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	later := strings.Replace(twoByTwo, `"two"`, `"later"`, 1)
	later = strings.Replace(later, "n_trials = 1", "n_trials = 2", 1)
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(later)}})
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}, Priority: 3})
	g.queue.PublishPresence(protocol.Presence{Name: "w1", Host: "here", Slots: 2, Busy: 1, State: "working"})
	g.heard(k, 1)
	e := told[control.Explained](g, control.VerbExplain, control.Explain{Target: "later"})
	if !strings.Contains(e.Reason, "sweep two has a higher priority, and its tasks come first; ahead in the queue: 4 tasks of sweep two "+
		"(priority 3)") || !strings.Contains(e.Remedy, "--priority") {
		t.Errorf("explained %+v", e)
	}
	// All slots are busy: the last task of the sweep waits for those before it, too.
	other := strings.Replace(strings.Replace(later, `"later"`, `"other"`, 1), "n_trials = 2", "n_trials = 3", 1)
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(other)}})
	g.queue.PublishPresence(protocol.Presence{Name: "w1", Host: "here", Slots: 2, Busy: 2, State: "working"})
	g.eventually(k, func() bool { return k.Workers().Workers[0].Busy == 0 && k.workers.Known(time.Now())[0].Busy == 2 })
	var last sweeps.ID
	k.mu.Lock()
	for id := range k.machine.Tasks() {
		if task, _ := k.machine.Task(id); task.IsIn("later") {
			last = id // they come in the order of the sweep
		}
	}
	k.mu.Unlock()
	e = told[control.Explained](g, control.VerbExplain, control.Explain{Target: last.String()})
	want := "every slot is busy (2 of 1 worker); ahead in the queue: 4 tasks of sweep two (priority 3), 3 tasks of later itself; it takes " +
		"turns with sweeps of the same priority: other (4 tasks)"
	if e.Reason != want {
		t.Errorf("explained %q, want %q", e.Reason, want)
	}
}

// A task of a cancelled sweep has no result, and no sweep wants it. The next coordinator knows it too.
func TestExplainTaskOfACancelledSweep(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	id := g.someTask(k, "two")
	if _, err := k.Cancel(g.context(), []string{"two"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, target := range []string{id, id[:12]} {
			e := told[control.Explained](g, control.VerbExplain, control.Explain{Target: target})
			if e.Target != id || e.Sweep != "two" || e.State != "cancelled" || !strings.Contains(e.Reason, "two was cancelled") {
				t.Errorf("%s is explained by %+v", target, e)
			}
		}
		g.end()
		g.serve()
	}
	other := "t" + strings.Repeat("0", 31) + "1"
	if _, err := ask[control.Explained](g, control.VerbExplain, control.Explain{Target: other}); !isUnknown(err) {
		t.Errorf("an unknown task: %v", err)
	}
}

func isUnknown(err error) bool {
	var refusal *control.Refusal
	return errors.As(err, &refusal) && refusal.Kind == control.Unknown
}

// heard waits until so many workers are known.
func (g *testCluster) heard(k *Coordinator, n int) {
	g.t.Helper()
	g.eventually(k, func() bool { return len(k.Workers().Workers) == n })
}

// eventually waits for what is said to the coordinator to arrive: requests come the
// same way.
func (g *testCluster) eventually(k *Coordinator, ok func() bool) {
	g.t.Helper()
	for ctx := g.context(); !ok(); {
		if err := ctx.Err(); err != nil {
			g.t.Fatalf("workers %+v, %+v", k.Workers(), k.Snapshot())
		}
		if _, err := ask[control.Pong](g, control.VerbPing, control.Nothing{}); err != nil {
			g.t.Fatal(err)
		}
	}
}

// TestSilentTasksAreNotSaidToRun has a task whose worker was not heard of for a minute.
func TestSilentTasksAreNotSaidToRun(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	j := g.next("two")
	g.eventually(k, func() bool { return len(k.Snapshot().Running) == 1 })
	j.w.hush(true)
	g.heardOut(k)
	k.age()
	k.attempts.Progress(protocol.Progress{ID: j.id(), Run: 1, Token: j.token(), Seconds: 2, Sim: sim.Progress{Done: 1, Total: 4}})
	if s := k.Snapshot(); s.Sweeps[0].Silent != 0 || s.Running[0].Silent || !s.Running[0].LeftKnown || s.NoWorker {
		t.Errorf("at once: %+v", s)
	}
	k.mu.Lock()
	k.attempts.Of(j.id()).Heard = time.Now().Add(-26 * time.Second)
	k.mu.Unlock()
	if s := k.Snapshot(); !s.Running[0].Silent || s.Running[0].LeftKnown || s.Running[0].Left != 0 {
		t.Errorf("after 26 s: %+v", s)
	}
	task := told[control.Explained](g, control.VerbExplain, control.Explain{Target: j.id().String()})
	if !strings.Contains(task.Reason, "on worker w1 (here): last heartbeat 26 s ago") ||
		strings.Contains(strings.Join(task.Details, " "), "left") {
		t.Errorf("after 26 s, explained as %+v", task)
	}
	k.mu.Lock()
	k.attempts.Of(j.id()).Heard = time.Now().Add(-time.Minute)
	k.mu.Unlock()
	k.workers.Report(protocol.Presence{Name: "w1", Host: "here", Slots: 64, State: "idle"}, time.Now().Add(-time.Minute))
	if s := k.Snapshot(); s.Sweeps[0].Silent != 1 || s.Sweeps[0].Running != 1 || !s.Running[0].Silent || s.Running[0].LastSeenSeconds < 60 ||
		!s.NoWorker || s.LeftKnown || s.Sweeps[0].LeftKnown {
		t.Errorf("after a minute: %+v", s)
	}
	out := told[control.Explained](g, control.VerbExplain, control.Explain{Target: "two"})
	if !strings.Contains(out.Reason, "have sent nothing for 12 s") ||
		!strings.Contains(out.Reason, "no worker is connected; silent: 1 worker") || !strings.Contains(out.Remedy, "start new ones") {
		t.Errorf("explained as %+v", out)
	}
}
