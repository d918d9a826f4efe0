package coordinator

import (
	"context"
	"testing"
)

// TestAStopDoesNotWaitForALostQueue asks for an outcome that cannot come any more.
func TestAStopDoesNotWaitForALostQueue(t *testing.T) {
	g := newRig(t)
	k := g.start()
	g.queue.Close()
	taken := make(chan bool, 1)
	go func() { taken <- k.takeUpTo(context.Background(), 1<<60) }()
	select {
	case all := <-taken:
		if all {
			t.Error("an outcome was taken that was never committed")
		}
	case <-g.context().Done():
		t.Error("it waits for a queue that is closed")
	}
}
