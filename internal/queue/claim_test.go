package queue

import (
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// Of all who have fetched an order one executes its task.
func TestOneClaimSucceeds(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTask(1))
	d := next(t, q)
	const rivals = 20
	attempts := make([]*Attempt, rivals)
	var group sync.WaitGroup
	for i := range rivals {
		group.Go(func() {
			rival := &Delivery{q: q, msg: d.msg, task: d.task}
			verdict, a, err := rival.Admit(natstest.Deadline(t), "rival", "host")
			if attempts[i] = a; err != nil || (a == nil) != (verdict == Skip) {
				t.Errorf("verdict %v, %v, %v", verdict, a, err)
			}
		})
	}
	group.Wait()
	var won *Attempt
	for _, a := range attempts {
		if a != nil && won != nil {
			t.Errorf("both %v and %v execute the task", won.Name(), a.Name())
		}
		if a != nil {
			won = a
		}
	}
	if won == nil || last(t, q, 1).Token != won.Name().Token {
		t.Errorf("the task is executed by %v, and the register has %+v", won, last(t, q, 1))
	}
	counts(t, q, 0)
}

// An order that was fetched before everything was purged and published anew is worth as much as the new one.
func TestAnOrderOutlivesAPurgeWhileNothingHappened(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTask(1))
	early := next(t, q)
	if err := q.PurgeTasks(natstest.Deadline(t)); err != nil {
		t.Fatal(err)
	}
	publish(t, q, testTask(1))
	late := next(t, q)
	admit(t, early, "early")
	if verdict, _, err := late.Admit(natstest.Deadline(t), "late", "host"); verdict != Skip || err != nil {
		t.Errorf("verdict %v, %v", verdict, err)
	}
	counts(t, q, 0)
	if e := last(t, q, 1); e.Worker != "early" {
		t.Errorf("entry %+v", e)
	}
}

// An order that was made before the last event of its run is outdated.
func TestOutdatedOrdersAreNotExecuted(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTask(1))
	admit(t, next(t, q), "w")
	counts(t, q, 0)
	ended := end(t, q, last(t, q, 1))
	for _, after := range []uint64{0, ended - 1} {
		order := testTask(1)
		order.After = after
		publish(t, q, order)
		if verdict, _, err := next(t, q).Admit(natstest.Deadline(t), "w", "host"); verdict != Skip || err != nil {
			t.Errorf("after %d of %d: verdict %v, %v", after, ended, verdict, err)
		}
		counts(t, q, 0)
	}
	order := testTask(1)
	order.After, order.Attempt = ended, 2
	publish(t, q, order)
	admit(t, next(t, q), "w")
	if e := last(t, q, 1); e.Attempt != 2 {
		t.Errorf("entry %+v", e)
	}
}

// A refused order leaves the queue, and the register says why.
func TestRefusedOrdersAreReported(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTask(1))
	d := next(t, q)
	if err := d.Refuse(natstest.Deadline(t), "small", "host", "it takes 12 GiB"); err != nil {
		t.Fatal(err)
	}
	counts(t, q, 0)
	e := last(t, q, 1)
	if e.Event != protocol.EventRefused || e.Worker != "small" || e.Error != "it takes 12 GiB" || e.Token == "" {
		t.Errorf("entry %+v", e)
	}
	order := testTask(1)
	order.After = e.Sequence
	publish(t, q, order)
	a := admit(t, next(t, q), "large")
	if err := d.Refuse(natstest.Deadline(t), "small", "host", "again"); err != nil {
		t.Fatal(err)
	}
	if got := last(t, q, 1); got.Token != a.Name().Token {
		t.Errorf("a late refusal has an effect: %+v", got)
	}
}

// What a worker gives up comes back with why, and a new attempt may begin.
func TestReturnedAttempts(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	order := testTask(1)
	for _, class := range []protocol.Class{"", protocol.Lost, protocol.Storage} {
		publish(t, q, order)
		a := admit(t, next(t, q), "w")
		for range 2 { // the second is of no effect
			if err := a.Return(natstest.Deadline(t), class, "why"); err != nil {
				t.Fatal(err)
			}
		}
		e := last(t, q, 1)
		if e.Event != protocol.EventReturned || e.Class != class || e.Error != "why" || e.Token != a.Name().Token {
			t.Errorf("entry %+v", e)
		}
		if over, err := a.IsOver(natstest.Deadline(t)); !over || err != nil {
			t.Errorf("over %v, %v", over, err)
		}
		counts(t, q, 0)
		order.After = e.Sequence
	}
}

// An attempt that was ended and then set back is not over, and can be returned.
func TestAnAttemptThatWasEndedGoesOn(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTask(1))
	a := admit(t, next(t, q), "w")
	started := last(t, q, 1)
	ended := end(t, q, started)
	if over, err := a.IsOver(natstest.Deadline(t)); !over || err != nil {
		t.Errorf("ended, over %v, %v", over, err)
	}
	e := started.AttemptEvent
	e.At = time.Now()
	if _, err := q.Register.Note(natstest.Deadline(t), e, ended); err != nil {
		t.Fatal(err)
	}
	if over, err := a.IsOver(natstest.Deadline(t)); over || err != nil {
		t.Errorf("set back, over %v, %v", over, err)
	}
	if err := a.Return(natstest.Deadline(t), "", "drained"); err != nil {
		t.Fatal(err)
	}
	if e := last(t, q, 1); e.Event != protocol.EventReturned {
		t.Errorf("entry %+v", e)
	}
}

// What the register has lost is entered again, however it was lost.
func TestALostEntryIsEnteredAgain(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTask(1))
	a := admit(t, next(t, q), "w")
	for what, lose := range map[string]func() error{
		"purged":  func() error { return q.Register.Purge(natstest.Deadline(t)) },
		"removed": func() error { return q.Register.stream.DeleteMsg(natstest.Deadline(t), last(t, q, 1).Sequence) },
		"trimmed": func() error {
			return q.Register.stream.Purge(natstest.Deadline(t), jetstream.WithPurgeSubject(q.subjects.Attempts(testID(1), 1)))
		},
	} {
		if err := lose(); err != nil {
			t.Fatal(err)
		}
		if over, err := a.IsOver(natstest.Deadline(t)); over || err != nil {
			t.Errorf("%s: over %v, %v", what, over, err)
		}
		if e := last(t, q, 1); e.Token != a.Name().Token || e.Event != protocol.EventStarted || e.Worker != "w" {
			t.Errorf("%s: entry %+v", what, e)
		}
	}
}

// The register is read to its end before Register returns, and followed from then on.
func TestRegisterIsRead(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTasks(0, 30)...)
	for range 20 {
		admit(t, next(t, q), "w")
	}
	if _, err := q.JetStream().Publish(natstest.Deadline(t), q.subjects.Attempts(testID(99), 1), []byte("unreadable")); err != nil {
		t.Fatal(err)
	}
	seen := make(chan Entry, 100)
	stop, err := q.Register.Watch(natstest.Deadline(t), func(e Entry) { seen <- e })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if len(seen) != 20 {
		t.Errorf("%d entries at the start", len(seen))
	}
	a := admit(t, next(t, q), "w")
	for {
		if e := natstest.Receive(t, seen); e.Token == a.Name().Token {
			break
		}
	}
}

// The order that follows an attempt that was ended names that end. The attempt must not add another event, after which
// nobody could claim the order.
func TestAnEndedAttemptThatIsReturnedChangesNothing(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTask(1))
	a := admit(t, next(t, q), "w")
	counts(t, q, 0)
	order := testTask(1)
	order.After = end(t, q, last(t, q, 1))
	publish(t, q, order)
	if replaced, err := a.IsReplaced(natstest.Deadline(t)); replaced || err != nil {
		t.Errorf("replaced %v, %v", replaced, err)
	}
	if err := a.Return(natstest.Deadline(t), "", "the worker is being stopped"); err != nil {
		t.Error(err)
	}
	if e := last(t, q, 1); e.Event != protocol.EventEnded {
		t.Errorf("entry %+v", e)
	}
	admit(t, next(t, q), "next")
}
