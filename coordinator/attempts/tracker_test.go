package attempts

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/workers"
	"eisweep/internal/events"
	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// testCore is a coordinator that knows one sweep, and names none of its tasks.
type testCore struct {
	sync.Mutex
	machine *lifecycle.Machine
	reasons map[sweeps.ID]string

	recorded []events.Event
}

func (c *testCore) Machine() *lifecycle.Machine           { return c.machine }
func (c *testCore) Step(e lifecycle.Event)                { c.machine.Step(e) }
func (c *testCore) Flush()                                {}
func (c *testCore) Failure() error                        { return nil }
func (c *testCore) OwnsRoot() bool                        { return true }
func (c *testCore) SetReason(id sweeps.ID, reason string) { c.reasons[id] = reason }
func (c *testCore) Task(sweeps.ID, string) *sweeps.Task   { return nil }
func (c *testCore) LastOutcome() uint64                   { return 0 }
func (c *testCore) KnowsUnwanted() bool                   { return true }
func (c *testCore) Record(e events.Event)                 { c.recorded = append(c.recorded, e) }
func (c *testCore) Refill()                               {}

// newTestTracker makes a tracker of a sweep of so many tasks.
func newTestTracker(t *testing.T, tasks int, q *queue.Queue, log *slog.Logger) *Tracker {
	t.Helper()
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	core := &testCore{machine: lifecycle.New(), reasons: map[sweeps.ID]string{}}
	core.Step(lifecycle.LaunchBegan{Sweep: "s"})
	for n := range tasks {
		core.Step(lifecycle.TaskRequested{Sweep: "s", ID: sweeps.ID{byte(n + 1)}, Execute: true})
	}
	core.Step(lifecycle.LaunchCompleted{Sweep: "s"})
	return New(Config{Core: core, Queue: q, Root: r, Workers: workers.New(), Log: log, Tick: time.Second, RetryDelay: time.Second})
}

func started(n int, worker string, seq uint64) queue.Entry {
	return queue.Entry{
		Sequence: seq,
		AttemptEvent: protocol.AttemptEvent{ID: sweeps.ID{byte(n)}, Run: 1, Token: protocol.NewToken(), Attempt: 1,
			Event: protocol.EventStarted, Worker: worker, Host: "here", At: time.Now()},
	}
}

// TestAClaimOfATaskThatNoSweepNamesIsKept: the sweep is launched again at that moment.
func TestAClaimOfATaskThatNoSweepNamesIsKept(t *testing.T) {
	tr := newTestTracker(t, 1, nil, slog.New(slog.DiscardHandler))
	e := started(1, "w", 1)
	tr.Registered(e)
	a := tr.Of(e.ID)
	if a == nil || a.Token != e.Token || a.Sweep != "s" || a.File != "" {
		t.Errorf("running is %+v", a)
	}
}

// TestLoadsAreWhatRuns holds what each worker runs against the running attempts, while they come and go.
func TestLoadsAreWhatRuns(t *testing.T) {
	tr := newTestTracker(t, 6, nil, slog.New(slog.DiscardHandler))
	loads := func(a, b int) {
		t.Helper()
		if x, y := tr.Load("a"), tr.Load("b"); x.Tasks != a || y.Tasks != b || len(tr.running) != a+b {
			t.Errorf("a runs %d tasks, b %d, all %d; want %d and %d", x.Tasks, y.Tasks, len(tr.running), a, b)
		}
	}
	for n := 1; n <= 6; n++ {
		tr.Registered(started(n, []string{"a", "b"}[n%2], uint64(n)))
	}
	loads(3, 3)
	tr.Registered(started(2, "b", 7)) // after the coordinator had lost the end of a's attempt
	loads(2, 4)
	tr.Settle(sweeps.ID{2}, 1, true)
	tr.Remove(sweeps.ID{4})
	loads(1, 3)
	other := tr.Of(sweeps.ID{1})
	tr.Present(protocol.Presence{Name: "a"})
	if is := tr.Of(sweeps.ID{6}); is.absent != 1 || other.absent != 0 {
		t.Errorf("after a presence of a its attempt is missed %d times, b's %d times", is.absent, other.absent)
	}
	refused := started(6, "a", 8)
	refused.Event = protocol.EventRefused
	tr.Registered(refused)
	if !tr.Load("a").Refused || tr.Load("b").Refused {
		t.Errorf("a runs %+v, b %+v", tr.Load("a"), tr.Load("b"))
	}
	tr.Present(protocol.Presence{Name: "a"})
	if tr.Load("a").Refused {
		t.Error("a has reported since it had no memory")
	}
}

// TestAPresenceOlderThanAClaimDoesNotMissIt: the two arrive on different paths, and the presence may come last.
func TestAPresenceOlderThanAClaimDoesNotMissIt(t *testing.T) {
	tr := newTestTracker(t, 1, nil, slog.New(slog.DiscardHandler))
	e := started(1, "w", 1)
	tr.Registered(e)
	for range 2 * absentPresences {
		tr.Present(protocol.Presence{Name: "w", At: e.At.Add(-time.Second)})
	}
	if is := tr.Of(e.ID); is.absent != 0 {
		t.Errorf("presences from before the claim count as %d that miss the attempt", is.absent)
	}
	tr.Present(protocol.Presence{Name: "w", At: e.At.Add(time.Second)})
	if is := tr.Of(e.ID); is.absent != 1 {
		t.Errorf("one from after the claim counts as %d", is.absent)
	}
}

// TestAnAttemptIsNotSetBackOverAClaim: a worker that reports again finds that another has claimed the task, which the
// coordinator did not know yet. It must not record that the attempt continues.
func TestAnAttemptIsNotSetBackOverAClaim(t *testing.T) {
	server, err := natsserver.Start(natsserver.Options{StoreDir: t.TempDir(), Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	q, err := queue.Open(ctx, queue.Options{Options: natsconn.Options{Server: server, RootID: "r", Role: protocol.Coordinator}, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	tr := newTestTracker(t, 1, q, slog.New(slog.DiscardHandler))
	tr.CaughtUp()
	core := tr.config.Core.(*testCore)
	note := func(e queue.Entry, event string) queue.Entry {
		t.Helper()
		e.Event = event
		seq, err := q.Register.Note(ctx, e.AttemptEvent, e.Sequence)
		if err != nil {
			t.Fatal(err)
		}
		e.Sequence = seq
		return e
	}
	ended := note(note(started(1, "a", 0), protocol.EventStarted), protocol.EventEnded)
	tr.setBack(ctx, ended)
	if list := core.recorded; len(list) != 1 || list[0].Kind != events.AttemptBack || list[0].Token != ended.Token {
		t.Errorf("an attempt that continues is recorded as %+v", list)
	}
	core.recorded = nil
	last, err := q.Register.Last(ctx, protocol.Attempt{ID: ended.ID, Run: 1})
	if err != nil || last == nil {
		t.Fatal(last, err)
	}
	ended = note(*last, protocol.EventEnded)
	note(started(1, "b", ended.Sequence), protocol.EventStarted)
	tr.setBack(ctx, ended)
	if list := core.recorded; len(list) > 0 {
		t.Errorf("recorded %+v", list)
	}
}
