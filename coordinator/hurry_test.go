package coordinator

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"eisweep/internal/queue"
)

// TestStopEndsWhileNobodyAnswers stops a coordinator that is in the middle of asking a
// queue which is out of reach.
func TestStopEndsWhileNobodyAnswers(t *testing.T) {
	g := newRig(t)
	k, err := Start(g.context(), Config{Root: g.root, Queue: g.queue, Prober: g.prober, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	g.down()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	launched, stopped := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := k.Launch(ctx, order1(parse(t, twoByTwo)))
		launched <- err
	}()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for free := true; free; <-tick.C { // until the launch asks with the lock held
		if _, err := os.Stat(g.root.SweepFile("two")); err != nil {
			continue
		}
		if free = k.mu.TryLock(); free {
			k.mu.Unlock()
		}
	}
	cancel()
	go func() { stopped <- k.Stop(ctx) }()
	for what, ended := range map[string]chan error{"launch": launched, "stop": stopped} {
		select {
		case err := <-ended:
			if !errors.Is(err, queue.ErrOutOfReach) {
				t.Errorf("%s: %v", what, err)
			}
		case <-g.context().Done():
			t.Fatalf("%s doesn't end", what)
		}
	}
}
