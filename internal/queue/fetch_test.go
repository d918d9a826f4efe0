package queue

import (
	"context"
	"errors"
	"testing"

	"github.com/nats-io/nats.go"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

func TestSweepsAreServedInOrderOfPriority(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTask("low", 1), testTask("high", 2), testTask("high", 3))
	for _, want := range []string{"high", "high", "low"} {
		if d := next(t, q, "unknown", "high", "low"); d.Task().Sweep != want {
			t.Errorf("task of sweep %s, want %s", d.Task().Sweep, want)
		}
	}
	if err := q.CloseSweep(deadline(t), "low"); err != nil {
		t.Fatal(err)
	}
	if err := q.CloseSweep(deadline(t), "low"); err != nil {
		t.Errorf("closing it again: %v", err)
	}
	// Opened again it delivers what was not acknowledged.
	if err := q.OpenSweep(deadline(t), "low"); err != nil {
		t.Fatal(err)
	}
	if d := next(t, q, "low"); d.Task().ID != testID(1) {
		t.Errorf("task %s", d.Task().ID)
	}
}

func TestNextWaitsForATask(t *testing.T) {
	s := startServer(t, t.TempDir())
	coordinator, worker := open(t, s), open(t, s, func(o *Options) { o.Create = false })
	got := make(chan *Delivery)
	go func() {
		d, _ := worker.Next(deadline(t), names("quick"))
		got <- d
	}()
	publish(t, coordinator, testTask("quick", 1))
	if d := receive(t, got); d == nil || d.Task().ID != testID(1) {
		t.Errorf("delivery %v", d)
	}
	ctx, cancel := context.WithCancel(deadline(t))
	failed := make(chan error)
	go func() {
		_, err := worker.Next(ctx, names("quick"))
		failed <- err
	}()
	cancel()
	if err := receive(t, failed); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestPoisonIsRemovedAndReported(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	outcomes := make(chan OutcomeDelivery, 10)
	stop, err := q.Outcomes(deadline(t), func(o OutcomeDelivery) { outcomes <- o })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if err := q.OpenSweep(deadline(t), "quick"); err != nil {
		t.Fatal(err)
	}
	for i, data := range []string{`{"run":3,"surprise":true}`, `not JSON`} {
		if _, err := q.JetStream().Publish(deadline(t), q.subjects.Task("quick", testID(i)), []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := q.JetStream().Publish(deadline(t), q.subjects.Outcome(testID(8), 2), []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	publish(t, q, testTask("quick", 5))
	if d := next(t, q, "quick"); d.Task().ID != testID(5) {
		t.Errorf("task %s", d.Task().ID)
	}
	want := map[sweeps.ID]protocol.Class{testID(0): protocol.Invalid, testID(8): protocol.Lost}
	for range 2 {
		o := receive(t, outcomes)
		if want[o.ID] != o.Class || o.Error == "" {
			t.Errorf("outcome %+v", o)
		}
		delete(want, o.ID)
	}
	queued, err := q.Queued(deadline(t))
	if err != nil || len(queued) != 1 {
		t.Errorf("queued %v, %v", queued, err)
	}
}

// A sweep that is closed while it is still offered leaves nothing behind.
func TestFetchesOfAClosedSweepEnd(t *testing.T) {
	q := open(t, startServer(t, t.TempDir()))
	publish(t, q, testTask("quick", 1))
	if consumer, err := q.sweepConsumer(deadline(t), "quick"); consumer == nil || err != nil {
		t.Fatal(consumer, err)
	}
	if err := q.CloseSweep(deadline(t), "quick"); err != nil {
		t.Fatal(err)
	}
	before := q.NATS().NumSubscriptions()
	for range 3 {
		if d, err := q.fetcher.fetch(deadline(t), "quick"); d != nil || err != nil && !errors.Is(err, nats.ErrNoResponders) {
			t.Errorf("delivery %v, %v", d, err)
		}
	}
	if q.consumers.get("quick") != nil {
		t.Error("the consumer is still thought to be there")
	}
	if n := q.NATS().NumSubscriptions(); n != before {
		t.Errorf("%d subscriptions, before %d", n, before)
	}
}
