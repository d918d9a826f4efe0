package faults

import (
	"errors"
	"testing"
	"time"
)

// failing is a coordinator of which only the failure matters.
type failing struct {
	Core
	failure error
}

func (f *failing) Lock()          {}
func (f *failing) Unlock()        {}
func (f *failing) Failure() error { return f.failure }

// TestNothingIsRetriedAfterAFailure has a fault that is due in a coordinator that cannot continue: its loop must
// rest, and not look for due faults without a pause.
func TestNothingIsRetriedAfterAFailure(t *testing.T) {
	core := &failing{}
	l := New(Config{Core: core})
	l.list["two"] = &fault{sweep: "two", retry: retry{at: time.Now().Add(-time.Hour)}}
	if wait := l.nextRetry(); wait != 0 {
		t.Errorf("a due fault waits for %v", wait)
	}
	core.failure = errors.New("the disk is gone")
	if wait := l.nextRetry(); wait != retryMost {
		t.Errorf("after a failure the loop rests for %v", wait)
	}
}
