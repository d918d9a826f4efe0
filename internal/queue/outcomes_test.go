package queue

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Two attempts at a run end: the coordinator ended the first, which continued.
func TestFirstOutcomeWins(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTask(1))
	first := admit(t, next(t, q), "silent")
	again := testTask(1)
	again.After, again.Earlier = end(t, q, last(t, q, 1)), []string{first.Name().Token}
	publish(t, q, again)
	second := admit(t, next(t, q), "next")
	if over, err := first.IsOver(natstest.Deadline(t)); !over || err != nil {
		t.Errorf("the first doesn't learn of the second: %v", err)
	}
	if err := first.Return(natstest.Deadline(t), "", "drained"); err != nil {
		t.Error(err)
	}
	if e := last(t, q, 1); e.Token != second.Name().Token || e.Event != protocol.EventStarted {
		t.Errorf("the return of an attempt that is over has an effect: %+v", e)
	}

	var group sync.WaitGroup
	won := make([]bool, 2)
	for i, a := range []*Attempt{first, second} {
		group.Go(func() {
			var err error
			if won[i], err = a.Commit(natstest.Deadline(t), failure(protocol.Outcome{})); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won[0] == won[1] {
		t.Errorf("won: %v", won)
	}
	if again, err := first.Commit(natstest.Deadline(t), failure(protocol.Outcome{Worker: "third"})); again || err != nil {
		t.Errorf("a third outcome won: %v", err)
	}
}

func TestCommitAgainIsTheSameCommit(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTask(1))
	a := admit(t, next(t, q), "worker")
	o := failure(protocol.Outcome{Worker: "worker"})
	for range 2 {
		if won, err := a.Commit(natstest.Deadline(t), o); !won || err != nil {
			t.Errorf("won %v, %v", won, err)
		}
	}
	o.Worker = "other"
	if won, err := a.Commit(natstest.Deadline(t), o); won || err != nil {
		t.Errorf("another outcome won: %v", err)
	}
}

// From the acknowledgement on the manifest says what a later outcome of the run is worth.
func TestAnOutcomeIsTakenAgainAfterItsAcknowledgement(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTask(1))
	a := admit(t, next(t, q), "worker")
	for range 2 {
		commit(t, a)
		outcomes(t, q, 1, func(int) bool { return true })
		empty(t, q)
	}
}

// empty waits until all outcomes have left the queue.
func empty(t testing.TB, q *Queue) {
	t.Helper()
	natstest.Until(t, "no outcome is left", func() bool {
		last, err := q.LastOutcome(natstest.Deadline(t))
		return err == nil && last == 0
	})
}

// Each session gets all outcomes that none has acknowledged, at once and in their order.
func TestOutcomesComeAgainToTheNextCoordinator(t *testing.T) {
	dir := t.TempDir()
	s := natstest.StartEmbedded(t, dir)
	q := open(t, s)
	settle(t, q, 0, 6)
	all := outcomes(t, q, 6, func(i int) bool { return i < 2 || i == 3 })
	natstest.Until(t, "the acknowledgements are known", func() bool {
		info, err := q.outcomes.Info(natstest.Deadline(t))
		return err == nil && info.State.Msgs == 3
	})
	q.Close()
	s.Stop()

	q = open(t, natstest.StartEmbedded(t, dir))
	want := []sweeps.ID{all[2], all[4], all[5]}
	for range 3 {
		if got := outcomes(t, q, 3, func(int) bool { return false }); !slices.Equal(got, want) {
			t.Errorf("outcomes of %v, want %v", got, want)
		}
	}
	names, _, err := q.outcomeConsumers(natstest.Deadline(t), 0)
	if err != nil || len(names) != 1 {
		t.Errorf("consumers %v, %v", names, err)
	}
}

// What a session acknowledges after the next one has begun is not for the next one's consumer.
func TestALateAcknowledgementRemovesNothing(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	old, q := open(t, s), open(t, s)
	settle(t, q, 0, 2)
	late := make(chan OutcomeDelivery, 10)
	stop, err := old.Outcomes(natstest.Deadline(t), func(o OutcomeDelivery) { late <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	first, second := natstest.Receive(t, late), natstest.Receive(t, late)
	got := make(chan OutcomeDelivery, 10)
	end, err := q.Outcomes(natstest.Deadline(t), func(o OutcomeDelivery) { got <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	for _, o := range []OutcomeDelivery{first, second} {
		if err := o.Ack(); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Flush(natstest.Deadline(t)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		natstest.Receive(t, got)
	}
	if info, err := q.outcomes.Info(natstest.Deadline(t)); err != nil || info.State.Msgs != 2 {
		t.Errorf("%d outcomes are left, %v", info.State.Msgs, err)
	}
}

// A connection that breaks while a task is claimed, and its outcome committed, costs nothing.
func TestTasksOutliveTheConnection(t *testing.T) {
	s := natstest.StartEmbedded(t, t.TempDir())
	coordinator := open(t, s)
	q := open(t, s, func(o *Options) {
		o.Create = false
		o.Connect = []nats.Option{nats.ReconnectWait(10 * time.Millisecond)}
	})
	for i := range 20 {
		publish(t, coordinator, testTask(i))
		d := next(t, q)
		if err := q.NATS().ForceReconnect(); err != nil {
			t.Fatal(err)
		}
		a := admit(t, d, "worker")
		if err := q.NATS().ForceReconnect(); err != nil {
			t.Fatal(err)
		}
		commit(t, a)
	}
	counts(t, coordinator, 0)
	outcomes(t, coordinator, 20, func(int) bool { return true })
	empty(t, coordinator)
}

// An outcome that cannot be read comes as a failure, so that its task can be queued again.
func TestUnreadableOutcomesAreFailures(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	for _, subject := range []string{q.subjects.Outcome(testID(8), 2),
		q.subjects.All("outcomes")[:len(q.subjects.All("outcomes"))-1] + "x.1"} {
		if _, err := q.JetStream().Publish(natstest.Deadline(t), subject, []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
	}
	got := make(chan OutcomeDelivery, 10)
	stop, err := q.Outcomes(natstest.Deadline(t), func(o OutcomeDelivery) { got <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	o := natstest.Receive(t, got)
	if o.ID != testID(8) || o.Run != 2 || o.Class != protocol.Lost || o.Error == "" || o.Ack() != nil {
		t.Errorf("outcome %+v", o)
	}
	empty(t, q) // what answers no order is removed
}

// Somebody removes the consumer by which the coordinator reads outcomes: it is created again,
// and what was committed since comes.
func TestARemovedConsumerOfOutcomesIsReplaced(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	publish(t, q, testTasks(0, 3)...)
	got := make(chan OutcomeDelivery, 10)
	stop, err := q.Outcomes(natstest.Deadline(t), func(o OutcomeDelivery) { got <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	seen := map[sweeps.ID]bool{}
	for range 3 {
		a := admit(t, next(t, q), "worker")
		commit(t, a)
		for !seen[a.Name().ID] { // those before come again
			o := natstest.Receive(t, got)
			seen[o.ID] = true
			if err := o.Ack(); err != nil {
				t.Fatal(err)
			}
		}
		for name := range q.outcomes.ConsumerNames(natstest.Deadline(t)).Name() {
			if err := q.outcomes.DeleteConsumer(natstest.Deadline(t), name); err != nil {
				t.Fatal(err)
			}
		}
	}
}
