package coordinator

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestNothingIsRetriedAfterAFailure has a fault that is due in a coordinator that can't go on: its loop must
// rest, and not look for due faults without a pause.
func TestNothingIsRetriedAfterAFailure(t *testing.T) {
	due := &fault{sweep: "two", retry: retry{at: time.Now().Add(-time.Hour)}}
	k := &Coordinator{core: newCore(nil, nil), faults: faultList{list: map[string]*fault{"two": due}}}
	if wait := k.nextRetry(); wait != 0 {
		t.Errorf("a due fault waits for %v", wait)
	}
	k.failure = errors.New("the disk is gone")
	if wait := k.nextRetry(); wait != retryMost {
		t.Errorf("after a failure the loop rests for %v", wait)
	}
}

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
