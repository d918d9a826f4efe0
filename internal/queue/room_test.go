package queue

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"eisweep/internal/natsconn"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// limitedSite is a NATS whose account has limits, which limit sets.
func limitedSite(t *testing.T) (q *Queue, limit func(consumers int, store int64)) {
	t.Helper()
	s := natstest.Start(t, &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, JetStream: true, StoreDir: t.TempDir()})
	limit = func(consumers int, store int64) {
		limits := server.JetStreamAccountLimits{MaxMemory: 1 << 20, MaxStore: store, MaxStreams: 10, MaxConsumers: consumers}
		if err := s.GlobalAccount().UpdateJetStreamLimits(map[string]server.JetStreamAccountLimits{"": limits}); err != nil {
			t.Fatal(err)
		}
	}
	q, err := Open(deadline(t), Options{Options: natsconn.Options{Site: &natsconn.Site{URLs: []string{s.ClientURL()}}, RootID: testRoot, Log: testLog(t)}, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q, limit
}

// waitsForRoom calls f, which must wait while the limit is reached, and succeed after raise.
func waitsForRoom(t *testing.T, q *Queue, what string, f func() error, raise func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	until(t, what+" waits for room", func() bool {
		select {
		case err := <-done:
			t.Fatalf("%s: %v", what, err)
		default:
		}
		return q.Limited() != nil
	})
	if err := q.Limited(); !errors.Is(err, natsconn.ErrLimit) {
		t.Errorf("%s waits for %v", what, err)
	}
	raise()
	if err := receive(t, done); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if err := q.Limited(); err != nil {
		t.Errorf("after %s something waits: %v", what, err)
	}
}

// A limit that the account reaches ends nothing: what needs room waits for it.
func TestLimitsOfTheAccountAreWaitedOut(t *testing.T) {
	q, limit := limitedSite(t)
	limit(2, 1<<30)
	waitsForRoom(t, q, "opening sweeps", func() error {
		for i := range 4 {
			if err := q.OpenSweep(deadline(t), fmt.Sprint("s", i)); err != nil {
				return err
			}
		}
		return nil
	}, func() { limit(100, 1<<30) })

	limit(100, 20_000)
	queue := func(from, n int) error {
		_, err := q.Publish(deadline(t), testTasks("s0", from, n))
		return err
	}
	waitsForRoom(t, q, "queueing many tasks", func() error { return queue(0, 200) }, func() { limit(100, 1<<30) })
	limit(100, 1000)
	waitsForRoom(t, q, "queueing a task", func() error { return queue(200, 1) }, func() { limit(100, 1<<30) })
}

// A result that the account has no room for stays its worker's, which takes no more tasks
// until the outcome is committed.
func TestOutcomesWaitForRoom(t *testing.T) {
	q, limit := limitedSite(t)
	publish(t, q, testTasks("quick", 0, 2)...)
	d := next(t, q, "quick")
	begin(t, d, "worker", 1)
	limit(100, 100)
	fetched := make(chan *Delivery, 1)
	waitsForRoom(t, q, "committing", func() error {
		won, err := d.Commit(deadline(t), failure(protocol.Outcome{Attempt: 1}))
		return errors.Join(err, lostTo(won))
	}, func() {
		if !errors.Is(q.Unkept(), natsconn.ErrLimit) {
			t.Errorf("unkept: %v", q.Unkept())
		}
		ctx, cancel := context.WithCancel(deadline(t))
		cancel()
		if d, err := q.Next(ctx, names("quick")); d != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("a task is fetched: %v, %v", d, err)
		}
		go func() {
			d, _ := q.Next(deadline(t), names("quick"))
			fetched <- d
		}()
		limit(100, 1<<30)
	})
	if d := receive(t, fetched); d == nil {
		t.Error("no task is fetched when there is room")
	}
}

func lostTo(won bool) error {
	if !won {
		return errors.New("another outcome is first")
	}
	return nil
}
