package queue

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eisweep/internal/natsconn"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/sim"
	"eisweep/sweeps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testRoot = "abcdefghijk2"

func open(t testing.TB, s natsconn.EmbeddedServer, change ...func(*Options)) *Queue {
	t.Helper()
	o := Options{Options: natsconn.Options{Server: s, RootID: testRoot, Log: natstest.Log(t)}, Create: true, AckWait: 10 * time.Second}
	for _, c := range change {
		c(&o)
	}
	q, err := Open(natstest.Deadline(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q
}

func testID(n int) (id sweeps.ID) {
	binary.BigEndian.PutUint64(id[:], uint64(n)+1)
	return id
}

func testTask(n int) protocol.TaskMessage {
	return protocol.TaskMessage{
		ID: testID(n), Run: 1, Sweep: "quick", Attempt: 1, Experiment: sim.Approximate, Seed: uint32(n),
		Parameters: sim.Values{{Name: "numint.do_abort", Value: sim.BooleanValue(true)}, {Name: "numint.n_trials", Value: sim.IntegerValue(20)},
			{Name: "pl.is_plastic", Value: sim.ChoiceValue("EXC")}, {Name: "pl.eta_e", Value: sim.RealValue(1e-05)}},
	}
}

func testTasks(from, n int) []protocol.TaskMessage {
	tasks := make([]protocol.TaskMessage, n)
	for i := range tasks {
		tasks[i] = testTask(from + i)
	}
	return tasks
}

func failure(o protocol.Outcome) protocol.Outcome {
	o.Class, o.Error = protocol.Numeric, "r_e is not finite"
	o.Started = time.Now()
	o.Finished = o.Started
	return o
}

func publish(t testing.TB, q *Queue, tasks ...protocol.TaskMessage) {
	t.Helper()
	if n, err := q.PublishTasks(natstest.Deadline(t), tasks); err != nil || n != len(tasks) {
		t.Fatalf("queued %d of %d, %v", n, len(tasks), err)
	}
}

func next(t testing.TB, q *Queue) *Delivery {
	t.Helper()
	d, err := q.Next(natstest.Deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// admit claims an order, which must succeed.
func admit(t testing.TB, d *Delivery, worker string) *Attempt {
	t.Helper()
	verdict, a, err := d.Admit(natstest.Deadline(t), worker, "host")
	if err != nil || verdict != Execute || a == nil {
		t.Fatalf("verdict %v, %v, %v", verdict, a, err)
	}
	return a
}

// commit makes a failure the outcome of an attempt, which must be the first.
func commit(t testing.TB, a *Attempt) {
	t.Helper()
	if won, err := a.Commit(natstest.Deadline(t), failure(protocol.Outcome{Worker: "worker"})); !won || err != nil {
		t.Fatalf("won %v, %v", won, err)
	}
}

// last is the register's last event of a task's first run, which must have one.
func last(t testing.TB, q *Queue, n int) *Entry {
	t.Helper()
	e, err := q.Register.Last(natstest.Deadline(t), protocol.Attempt{ID: testID(n), Run: 1})
	if err != nil || e == nil {
		t.Fatalf("entry %v, %v", e, err)
	}
	return e
}

// counts fails the test unless so many orders wait to be claimed, soon.
func counts(t testing.TB, q *Queue, want int) {
	t.Helper()
	var n int
	var err error
	natstest.Until(t, fmt.Sprintf("%d orders wait", want), func() bool {
		n, err = q.CountTasks(natstest.Deadline(t))
		return err == nil && n == want
	}, func() string { return fmt.Sprintf("%d, %v", n, err) })
}

// end has the coordinator end the attempt that the register has last.
func end(t testing.TB, q *Queue, was *Entry) uint64 {
	t.Helper()
	e := was.AttemptEvent
	e.Event, e.At = protocol.EventEnded, time.Now()
	seq, err := q.Register.Note(natstest.Deadline(t), e, was.Sequence)
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func TestWayOfATask(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	events, outcomes := make(chan Entry, 10), make(chan OutcomeDelivery, 10)
	progress := make(chan protocol.Progress, 10)
	stop, err := q.Register.Watch(natstest.Deadline(t), func(e Entry) { events <- e })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	stop, err = q.Progress(func(p protocol.Progress) { progress <- p })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	stop, err = q.Outcomes(natstest.Deadline(t), func(o OutcomeDelivery) { outcomes <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()

	sent := testTask(7)
	publish(t, q, sent)
	counts(t, q, 1)
	waiting := map[sweeps.ID]int{}
	if err := q.EachTask(natstest.Deadline(t), func(id sweeps.ID, run int) { waiting[id] = run }); err != nil || len(waiting) != 1 ||
		waiting[sent.ID] != sent.Run {
		t.Errorf("waiting are %v: %v", waiting, err)
	}
	d := next(t, q)
	if got := fmt.Sprint(*d.Task()); got != fmt.Sprint(sent) {
		t.Errorf("got %v, want %v", got, sent)
	}
	a := admit(t, d, "worker-1")
	e := natstest.Receive(t, events)
	if e.ID != sent.ID || e.Attempt != 1 || e.Event != protocol.EventStarted || e.Worker != "worker-1" || e.Token != a.Name().Token ||
		e.Sequence == 0 {
		t.Errorf("event %+v", e)
	}
	counts(t, q, 0)
	if over, err := a.IsOver(natstest.Deadline(t)); over || err != nil {
		t.Errorf("over as soon as it started: %v", err)
	}
	q.PublishProgress(
		protocol.Progress{ID: sent.ID, Run: 1, Token: e.Token, Worker: "worker-1", Seconds: 1.5, Sim: sim.Progress{Phase: "training", Trial: 3}},
	)
	if p := natstest.Receive(t, progress); p.Sim.Trial != 3 || p.Token != e.Token {
		t.Errorf("progress %+v", p)
	}
	commit(t, a)
	o := natstest.Receive(t, outcomes)
	if o.ID != sent.ID || o.Class != protocol.Numeric || o.Token != e.Token || o.Ack() != nil {
		t.Errorf("outcome %+v", o)
	}
	natstest.Until(t, "the outcome has left the queue", func() bool {
		last, err := q.LastOutcome(natstest.Deadline(t))
		return err == nil && last == 0
	})
}

func TestOpenTellsWhatIsMissing(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	if _, err := Open(natstest.Deadline(t), Options{Options: natsconn.Options{Server: s, RootID: testRoot}}); !errors.Is(err, ErrNoQueue) {
		t.Errorf("no streams: %v", err)
	}
	_, err := Open(natstest.Deadline(t), Options{Options: natsconn.Options{URL: "nats://127.0.0.1:1", RootID: testRoot}})
	if !errors.Is(err, natsconn.ErrUnreachable) {
		t.Errorf("no server: %v", err)
	}
}
