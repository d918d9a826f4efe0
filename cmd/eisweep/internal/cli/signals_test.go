package cli

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"
)

// testWait is how long a test waits for what happens at once.
const testWait = time.Minute

func TestTheSecondSignalExitsAtOnce(t *testing.T) {
	exited := make(chan int, 1)
	ctx, stop := WatchSignals(func(code int) { exited <- code })
	defer stop()
	syscall.Kill(os.Getpid(), syscall.SIGINT)
	select {
	case <-ctx.Done():
	case <-time.After(testWait):
		t.Fatal("the signal did not end the context")
	}
	var signal *Interrupted
	if err := context.Cause(ctx); !errors.As(err, &signal) || ExitCode(err) != 130 {
		t.Errorf("the context ended by %v", err)
	}
	again, late := time.NewTicker(50*time.Millisecond), time.After(testWait)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			syscall.Kill(os.Getpid(), syscall.SIGTERM)
		case code := <-exited:
			if code != 143 {
				t.Errorf("exit code %d, want 143", code)
			}
			return
		case <-late:
			t.Fatal("the second signal did not exit")
		}
	}
}

// TestASignalThatComesTwiceIsOne: timeout and scancel send theirs to the process and
// to its group.
func TestASignalThatComesTwiceIsOne(t *testing.T) {
	var w interrupt
	begin := time.Now()
	for _, at := range []time.Duration{0, 0, time.Millisecond, doubleTapWindow} {
		if w.isRepeat(begin.Add(at)) {
			t.Errorf("a signal %v after the first counts as another", at)
		}
	}
	if !w.isRepeat(begin.Add(2 * doubleTapWindow)) {
		t.Error("a signal well after the first doesn't count")
	}
}
