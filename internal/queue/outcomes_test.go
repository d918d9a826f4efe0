package queue

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// An expired lease is raced for by its first holder and the next one.
func TestFirstOutcomeWins(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()), func(o *Options) { o.AckWait = 300 * time.Millisecond })
	publish(t, q, testTask("quick", 1))
	first := next(t, q, "quick")
	begin(t, first, "silent", 1)
	second := next(t, q, "quick") // comes when the lease has run out
	begin(t, second, "next", 2)
	if !second.Redelivered() {
		t.Error("the second delivery doesn't say that it is one")
	}
	if later, err := first.Later(deadline(t)); !later || err != nil {
		t.Errorf("the first doesn't learn of the second: %v", err)
	}
	for name, giveUp := range map[string]func(context.Context, time.Duration) error{"hand back": first.HandBack, "retry": first.Retry} {
		if err := giveUp(deadline(t), 0); !errors.Is(err, ErrLeaseLost) {
			t.Errorf("%s of a lost lease: %v", name, err)
		}
	}

	var group sync.WaitGroup
	won := make([]bool, 2)
	for i, d := range []*Delivery{first, second} {
		group.Go(func() {
			var err error
			if won[i], err = d.Commit(deadline(t), failure(protocol.Outcome{Attempt: i + 1})); err != nil {
				t.Error(err)
			}
			if err := d.Done(deadline(t)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won[0] == won[1] {
		t.Errorf("won: %v", won)
	}
	if again, err := first.Commit(deadline(t), failure(protocol.Outcome{Attempt: 9})); again || err != nil {
		t.Errorf("a third outcome won: %v", err)
	}
}

func TestCommitAgainIsTheSameCommit(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTask("quick", 1))
	d := next(t, q, "quick")
	begin(t, d, "worker", 1)
	o := failure(protocol.Outcome{Attempt: 1, Worker: "worker"})
	for range 2 {
		if won, err := d.Commit(deadline(t), o); !won || err != nil {
			t.Errorf("won %v, %v", won, err)
		}
	}
	o.Worker = "other"
	if won, err := d.Commit(deadline(t), o); won || err != nil {
		t.Errorf("another outcome won: %v", err)
	}
}

func TestOutcomesComeAgainToTheNextCoordinator(t *testing.T) {
	s := startServer(t, t.TempDir())
	q := open(t, s)
	publish(t, q, testTasks("quick", 0, 5)...)
	for range 5 {
		d := next(t, q, "quick")
		if won, err := d.Commit(deadline(t), failure(protocol.Outcome{})); !won || err != nil {
			t.Fatal(won, err)
		}
	}
	var order []sweeps.ID
	for range 2 {
		got := make(chan OutcomeDelivery, 5)
		stop, err := q.Outcomes(deadline(t), func(o OutcomeDelivery) { got <- o })
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			order = append(order, receive(t, got).ID)
		}
		stop()
	}
	if !slices.Equal(order[:5], order[5:]) {
		t.Errorf("orders %v", order)
	}
}

func TestFencesUpToAnOutcome(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	if last, acknowledged, err := q.LastOutcome(deadline(t)); last != 0 || !acknowledged || err != nil {
		t.Errorf("last outcome of none: %d, %t, %v", last, acknowledged, err)
	}
	var sequences []uint64
	for n := range 3 {
		ack, err := q.JetStream().Publish(deadline(t), q.subjects.Outcome(testID(n), n+1), nil)
		if err != nil {
			t.Fatal(err)
		}
		sequences = append(sequences, ack.Sequence)
	}
	if last, acknowledged, err := q.LastOutcome(deadline(t)); last != sequences[2] || acknowledged || err != nil {
		t.Errorf("last outcome: %d, %t, %v, want %d", last, acknowledged, err, sequences[2])
	}
	found := map[sweeps.ID]int{}
	if err := q.Fences(deadline(t), sequences[1], func(id sweeps.ID, run int) { found[id] = run }); err != nil {
		t.Fatal(err)
	}
	if len(found) != 2 || found[testID(0)] != 1 || found[testID(1)] != 2 {
		t.Errorf("fences %v", found)
	}
}

// A connection that breaks while an outcome is being committed costs nothing.
func TestCommitOutlivesTheConnection(t *testing.T) {
	s := startServer(t, t.TempDir())
	coordinator := open(t, s)
	q := open(t, s, func(o *Options) {
		o.Create = false
		o.Connect = []nats.Option{nats.ReconnectWait(10 * time.Millisecond)}
	})
	publish(t, coordinator, testTasks("quick", 0, 20)...)
	for range 20 {
		d := next(t, q, "quick")
		if _, err := d.Start(deadline(t), "worker", "host"); err != nil {
			t.Fatal(err)
		}
		if err := q.NATS().ForceReconnect(); err != nil {
			t.Fatal(err)
		}
		if won, err := d.Commit(deadline(t), failure(protocol.Outcome{})); !won || err != nil {
			t.Fatalf("won %v, %v", won, err)
		}
		if err := d.Done(deadline(t)); err != nil {
			t.Fatal(err)
		}
	}
	if queued, err := coordinator.Queued(deadline(t)); len(queued) != 0 || err != nil {
		t.Errorf("queued %v, %v", queued, err)
	}
}

// A session that ends while it takes its place leaves its consumer beside the one before,
// which knows how far the outcomes were acknowledged.
func TestAcknowledgedOutcomesDontComeAgain(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTasks("quick", 0, 2)...)
	got := make(chan OutcomeDelivery, 2)
	listen := func() (stop func()) {
		stop, err := q.Outcomes(deadline(t), func(o OutcomeDelivery) { got <- o })
		if err != nil {
			t.Fatal(err)
		}
		return stop
	}
	commit := func() sweeps.ID {
		d := next(t, q, "quick")
		if won, err := d.Commit(deadline(t), failure(protocol.Outcome{})); !won || err != nil {
			t.Fatal(won, err)
		}
		return d.Task().ID
	}
	commit()
	stop := listen()
	first := receive(t, got)
	if err := first.Ack(); err != nil {
		t.Fatal(err)
	}
	until(t, "the acknowledgement is known", func() bool {
		last, acknowledged, err := q.LastOutcome(deadline(t))
		return err == nil && acknowledged && last == first.Sequence()
	})
	stop()
	late := jetstream.ConsumerConfig{Durable: protocol.OutcomeConsumer + "9", FilterSubject: q.subjects.All("outcomes"), AckPolicy: jetstream.AckExplicitPolicy}
	if _, err := q.outcomes.CreateConsumer(deadline(t), late); err != nil {
		t.Fatal(err)
	}
	second := commit()
	defer listen()()
	if o := receive(t, got); o.ID != second {
		t.Errorf("the outcome of %s comes again", o.ID)
	}
}

// Somebody removes the consumer by which the coordinator reads outcomes: it is created again,
// and what was committed since comes.
func TestARemovedConsumerOfOutcomesIsReplaced(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTasks("quick", 0, 3)...)
	got := make(chan OutcomeDelivery, 10)
	stop, err := q.Outcomes(deadline(t), func(o OutcomeDelivery) { got <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	seen := map[sweeps.ID]bool{}
	for range 3 {
		d := next(t, q, "quick")
		if won, err := d.Commit(deadline(t), failure(protocol.Outcome{})); !won || err != nil {
			t.Fatal(won, err)
		}
		for !seen[d.Task().ID] { // those before come again
			o := receive(t, got)
			seen[o.ID] = true
			if err := o.Ack(); err != nil {
				t.Fatal(err)
			}
		}
		for name := range q.outcomes.ConsumerNames(deadline(t)).Name() {
			if err := q.outcomes.DeleteConsumer(deadline(t), name); err != nil {
				t.Fatal(err)
			}
		}
	}
}
