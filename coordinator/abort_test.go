package coordinator

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"eisweep/internal/natsconn"
)

// away returns a coordinator whose queue is out of reach, and which has a launch to tell it
// of; the launch ends with ctx.
func (g *rig) away(ctx context.Context) (k *Coordinator, launched chan error) {
	g.t.Helper()
	k, err := Start(g.context(), Config{Root: g.root, Queue: g.queue, Prober: g.prober, Version: "test"})
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		_ = k.Stop(ended)
	})
	g.down()
	launched = make(chan error, 1)
	go func() {
		_, err := k.Launch(ctx, order1(parse(g.t, twoByTwo)))
		launched <- err
	}()
	return k, launched
}

// TestStopEndsWhileNobodyAnswers stops a coordinator that is in the middle of telling a
// queue which is out of reach.
func TestStopEndsWhileNobodyAnswers(t *testing.T) {
	g := newRig(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	k, launched := g.away(ctx)
	g.until(k, func() bool { return k.outbox.unsent() == 4 })
	cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- k.Stop(ctx) }()
	for what, ended := range map[string]chan error{"launch": launched, "stop": stopped} {
		select {
		case err := <-ended:
			if !errors.Is(err, natsconn.ErrUnreachable) {
				t.Errorf("%s: %v", what, err)
			}
		case <-g.context().Done():
			t.Fatalf("%s doesn't end", what)
		}
	}
}

// TestAnswersDoNotWaitForTheQueue asks a coordinator that is in the middle of telling a
// queue which is out of reach.
func TestAnswersDoNotWaitForTheQueue(t *testing.T) {
	g := newRig(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	k, launched := g.away(ctx)
	g.until(k, func() bool { return k.outbox.unsent() == 4 })
	answered := make(chan error, 1)
	go func() {
		s, err := k.Summary(ctx, nil)
		if x := k.Snapshot().Sweeps; err == nil && (len(x) != 1 || x[0].Queued != 4 || s.Sweeps[0].Tasks != 4) {
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
	case err := <-launched:
		t.Fatalf("the launch ended: %v", err)
	case <-g.context().Done():
		t.Fatal("no answer")
	}
	g.until(k, func() bool { return k.Snapshot().Unanswered > 0 })
	if why, err := k.Explain(ctx, "two"); err != nil || why.State != "paused" {
		t.Errorf("explained %+v, %v", why, err)
	}
	if len(k.Sweeps()) != 0 {
		t.Error("the sweep is not paused")
	}
}
