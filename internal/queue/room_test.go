package queue

import (
	"context"
	"errors"
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
	q, err := Open(
		natstest.Deadline(t),
		Options{
			Options: natsconn.Options{Site: &natsconn.Site{URLs: []string{s.ClientURL()}}, RootID: testRoot, Log: natstest.Log(t)},
			Create:  true,
		},
	)
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
	natstest.Until(t, what+" waits for room", func() bool {
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
	if err := natstest.Receive(t, done); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if err := q.Limited(); err != nil {
		t.Errorf("after %s something waits: %v", what, err)
	}
}

// A limit of the account, or of the stream, keeps orders out that it has no room for, and no others.
func TestAFullAccountTakesNoMoreOrders(t *testing.T) {
	q, limit := limitedSite(t)
	tasks := testTasks(0, 2*batchSize)
	for what, set := range map[string]func(){
		"account": func() { limit(100, 200_000) },
		"stream": func() {
			limit(100, 1<<30)
			config := q.tasks.CachedInfo().Config
			config.MaxBytes = 200_000
			if _, err := q.JetStream().UpdateStream(natstest.Deadline(t), config); err != nil {
				t.Fatal(err)
			}
		},
	} {
		set()
		n, err := q.PublishTasks(natstest.Deadline(t), tasks)
		if !errors.Is(err, natsconn.ErrLimit) || n == 0 || n == len(tasks) {
			t.Errorf("%s: %d orders are queued, %v", what, n, err)
		}
		counts(t, q, n)
		if err := q.Limited(); err != nil {
			t.Errorf("%s: %v waits", what, err)
		}
		if err := q.PurgeTasks(natstest.Deadline(t)); err != nil {
			t.Fatal(err)
		}
	}
}

// Orders take a quarter of the account's room at most, so that outcomes find some.
func TestOrdersLeaveRoomForOutcomes(t *testing.T) {
	q, limit := limitedSite(t)
	const room = 1 << 20
	limit(100, room)
	q = open(t, nil, func(o *Options) { o.Server, o.Site = nil, q.options.Site })
	info, err := q.tasks.Info(natstest.Deadline(t))
	if err != nil || info.Config.MaxBytes != room/tasksPart {
		t.Fatalf("the stream of tasks has %d bytes at most, %v; want %d", info.Config.MaxBytes, err, room/tasksPart)
	}
	var n int
	for ; err == nil; n++ {
		_, err = q.PublishTasks(natstest.Deadline(t), testTasks(n, 1))
	}
	if !errors.Is(err, natsconn.ErrLimit) || n < 100 {
		t.Errorf("the %dth order: %v", n, err)
	}
	for range 50 {
		commit(t, admit(t, next(t, q), "worker"))
	}
	if err := q.Limited(); err != nil {
		t.Error(err)
	}
}

// A result that the account has no room for stays its worker's, which takes no more tasks
// until the outcome is committed.
func TestOutcomesWaitForRoom(t *testing.T) {
	q, limit := limitedSite(t)
	publish(t, q, testTasks(0, 2)...)
	a := admit(t, next(t, q), "worker")
	limit(100, 100)
	fetched := make(chan *Delivery, 1)
	waitsForRoom(t, q, "committing", func() error {
		won, err := a.Commit(natstest.Deadline(t), failure(protocol.Outcome{}))
		return errors.Join(err, lostTo(won))
	}, func() {
		if !errors.Is(q.Unkept(), natsconn.ErrLimit) {
			t.Errorf("unkept: %v", q.Unkept())
		}
		ctx, cancel := context.WithCancel(natstest.Deadline(t))
		cancel()
		if d, err := q.Next(ctx); d != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("a task is fetched: %v, %v", d, err)
		}
		go func() {
			d, _ := q.Next(natstest.Deadline(t))
			fetched <- d
		}()
		limit(100, 1<<30)
	})
	if d := natstest.Receive(t, fetched); d == nil {
		t.Error("no task is fetched when there is room")
	}
}

func lostTo(won bool) error {
	if !won {
		return errors.New("another outcome is first")
	}
	return nil
}
