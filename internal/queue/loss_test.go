package queue

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

// breakable is a server that a test breaks.
type breakable struct {
	*server.Server
	broken chan struct{}
}

func (b breakable) Broken() <-chan struct{} { return b.broken }
func (b breakable) Err() error              { return natsserver.ErrStore }

// A server that breaks ends everything that waits for it, with why.
func TestABrokenServerEndsWhatWaits(t *testing.T) {
	s := breakable{
		natstest.Start(t, &server.Options{DontListen: true, NoSigs: true, JetStream: true, StoreDir: t.TempDir()}),
		make(chan struct{}),
	}
	q := open(t, s)
	publish(t, q, testTask(0))
	a := admit(t, next(t, q), "worker")
	if err := s.DisableJetStream(); err != nil {
		t.Fatal(err)
	}
	close(s.broken)
	var calls sync.WaitGroup
	for what, f := range map[string]func(context.Context) error{
		"publish": func(ctx context.Context) error { _, err := q.PublishTasks(ctx, testTasks(1, 10)); return err },
		"commit":  func(ctx context.Context) error { _, err := a.Commit(ctx, failure(protocol.Outcome{})); return err },
		"return":  func(ctx context.Context) error { return a.Return(ctx, "", "drained") },
		"over":    func(ctx context.Context) error { _, err := a.IsOver(ctx); return err },
		"next":    func(ctx context.Context) error { _, err := q.Next(ctx); return err },
		"purge":   q.PurgeTasks,
		"count":   func(ctx context.Context) error { _, err := q.CountTasks(ctx); return err },
		"last":    func(ctx context.Context) error { _, err := q.LastOutcome(ctx); return err },
	} {
		calls.Go(func() {
			ctx := natstest.Deadline(t)
			if err := f(ctx); !errors.Is(err, natsserver.ErrStore) || ctx.Err() != nil {
				t.Errorf("%s ends with %v", what, err)
			}
		})
	}
	calls.Wait()
	select {
	case <-q.Lost():
	default:
		t.Error("the queue isn't lost")
	}
	if !errors.Is(q.Err(), natsserver.ErrStore) {
		t.Error(q.Err())
	}
}

// A queue that is closed is lost as one that is out of reach.
func TestAClosedQueueIsLost(t *testing.T) {
	q := open(t, natstest.StartEmbedded(t, t.TempDir()))
	if err := q.Err(); err != nil {
		t.Error(err)
	}
	q.Close()
	if err := q.PurgeTasks(natstest.Deadline(t)); !errors.Is(err, natsconn.ErrUnreachable) {
		t.Errorf("a request after the end: %v", err)
	}
	if _, err := q.Next(natstest.Deadline(t)); !errors.Is(err, natsconn.ErrUnreachable) {
		t.Errorf("a task after the end: %v", err)
	}
}
