package coordinator

import (
	"context"
	"strings"
	"testing"
	"time"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// TestALateOutcomeLeavesTheDelayOfTheNextRun commits an outcome of run 1 again while run 2 is delayed: run 2 has to be
// sent when its delay is over.
func TestALateOutcomeLeavesTheDelayOfTheNextRun(t *testing.T) {
	g := newRig(t)
	c := g.config()
	c.RetryDelay = time.Second
	k, err := Start(g.context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Stop(context.Background()) })
	if _, err := k.Launch(g.context(), order1(parse(t, twoByTwo))); err != nil {
		t.Fatal(err)
	}
	first := g.next("two")
	for range 3 {
		g.next("two")
	}
	damaged := g.outcome(first.task, first.token())
	damaged.SHA256 = strings.Repeat("0", 64)
	if !g.commit(first, damaged) {
		t.Fatal("another outcome was first")
	}
	second := g.next("two")
	if second.id() != first.id() || second.task.Run != 2 {
		t.Fatalf("task %v in run %d", second.id(), second.task.Run)
	}
	second.giveBack(g.context(), protocol.Storage)
	g.poll("the delay of run 2", func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.attempts.Delay(first.id()) > 0
	})
	g.commit(first, damaged)
	g.poll("the late outcome is taken", func() bool {
		last, err := g.queue.LastOutcome(g.context())
		return err == nil && last == 0
	})
	g.poll("run 2 is sent again", func() bool { return g.orders()[first.id()] == 2 })
}

// TestCleanWhileASweepRuns asks, as `clean` does, whether tasks are over, while the coordinator changes them.
func TestCleanWhileASweepRuns(t *testing.T) {
	g := newRig(t)
	k := g.start()
	over, asked := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(asked)
		for {
			for i := range byte(8) {
				tasks{k}.IsOver(sweeps.ID{i}, 1)
			}
			select {
			case <-over:
				return
			default:
			}
		}
	}()
	if _, err := k.Launch(g.context(), order1(parse(t, twoByTwo))); err != nil {
		t.Fatal(err)
	}
	g.work(k)
	close(over)
	<-asked
}
