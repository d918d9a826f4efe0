package coordinator

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"eisweep/internal/events"
)

// away returns a coordinator that is in the middle of sending the orders of a launch to a queue which is
// out of reach.
func (g *testCluster) away() (k *Coordinator) {
	g.t.Helper()
	k, err := Start(g.context(), g.config())
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		_ = k.Stop(ended)
	})
	g.worker()
	g.poll("the worker is known", func() bool { return k.workers.Slots(time.Now()) > 0 })
	g.server.Stop()
	if _, err := k.Launch(g.context(), order1(parse(g.t, twoByTwo))); err != nil {
		g.t.Fatalf("a launch waits for the queue: %v", err)
	}
	g.poll("orders are sent", func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.machine.Queued() == 4
	})
	return k
}

// TestStopEndsWhileNobodyAnswers stops a coordinator that is in the middle of telling a
// queue which is out of reach.
func TestStopEndsWhileNobodyAnswers(t *testing.T) {
	g := newRig(t)
	k := g.away()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- k.Stop(ctx) }()
	select {
	case err := <-stopped:
		if err != nil {
			t.Errorf("stop: %v", err)
		}
	case <-g.context().Done():
		t.Fatal("it doesn't end")
	}
}

// TestAnswersDoNotWaitForTheQueue asks a coordinator that is in the middle of telling a
// queue which is out of reach.
func TestAnswersDoNotWaitForTheQueue(t *testing.T) {
	g := newRig(t)
	k := g.away()
	ctx := g.context()
	answered := make(chan error, 1)
	go func() {
		s, err := k.Summary(ctx, nil)
		if x := k.Snapshot().Sweeps; err == nil && (len(x) != 1 || x[0].Pending != 4 || s.Sweeps[0].Tasks != 4) {
			err = fmt.Errorf("snapshot %+v, summary %+v", x, s)
		}
		_, paused := k.Pause(ctx, []string{"two"})
		_, explained := k.Explain(ctx, "two")
		answered <- errors.Join(err, paused, explained)
	}()
	select {
	case err := <-answered:
		if err != nil {
			t.Error(err)
		}
	case <-ctx.Done():
		t.Fatal("no answer")
	}
	g.poll("NATS is known not to answer", func() bool { return k.Snapshot().UnresponsiveFor > 0 })
	g.poll("that it does not is recorded", func() bool { return g.has(k, events.NATSUnreachable) })
	if why, err := k.Explain(ctx, "two"); err != nil || why.State != "paused" {
		t.Errorf("explained %+v, %v", why, err)
	}
}
