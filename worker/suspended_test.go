package worker

import (
	"context"
	"testing"
	"time"
)

// newIdle is an attempt that has run for an hour without progress.
func newIdle() *attempt {
	return &attempt{worker: &Worker{Config: Config{StallTimeout: time.Minute}}, started: time.Now().Add(-time.Hour)}
}

func TestAnAttemptWithoutProgressStalls(t *testing.T) {
	a := newIdle()
	if !a.isStalled() {
		t.Error("an hour without progress is no stall")
	}
	a.touch()
	if a.isStalled() {
		t.Error("it stalls in spite of progress")
	}
	a = newIdle()
	a.ended.Store(true)
	if a.isStalled() {
		t.Error("an outcome that waits stalls")
	}
}

// An attempt that was suspended is no stalled one, and the time is no time of its task.
func TestSuspendedTimeIsNotWorked(t *testing.T) {
	a := newIdle()
	a.noteSuspension(3 * watchInterval) // a busy machine
	if worked := a.worked(); worked < time.Hour {
		t.Errorf("worked for %v", worked)
	}
	a.noteSuspension(time.Hour - time.Second)
	if worked := a.worked(); worked > 30*time.Minute {
		t.Errorf("worked for %v", worked)
	}
	if a.started = time.Now().Add(-time.Hour); a.isStalled() {
		t.Errorf("it stalls after %v of work", a.worked())
	}
	out := a.outcome()
	if seconds := out.Finished.Sub(out.Started); seconds < 0 || seconds > 30*time.Minute {
		t.Errorf("the outcome tells of %v", seconds)
	}
}

// While an attempt waits for the register, which does not answer, its task is computed.
func TestWaitingForTheRegisterIsNoSuspension(t *testing.T) {
	b := newBench(t, time.Minute)
	line := &gate{server: b.server}
	b.publish(task(1))
	d, err := b.through(line).Next(deadline(b))
	check(t, err)
	_, claim, err := d.Admit(deadline(b), "worker", "host")
	check(t, err)
	a := newAttempt(&Worker{Config: Config{Queue: b.through(line), StallTimeout: time.Hour}}, d.Task(), claim, func(error) {})
	line.set(true)
	look := a.inspector(context.Background())
	a.mustCheck.Store(true)
	look()
	if !a.mustCheck.Swap(false) {
		t.Error("it was answered")
	}
	look()
	if rested := a.suspended.Load(); rested > 0 {
		t.Errorf("%v of computing count as suspended", time.Duration(rested))
	}
}
