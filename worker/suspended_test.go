package worker

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/sim"
)

// suspendClock lets a test make time pass in which this process does nothing.
func suspendClock(t *testing.T) (suspend func(time.Duration)) {
	var by atomic.Int64
	before := wallClock
	wallClock = func() time.Time { return before().Add(time.Duration(by.Load())) }
	t.Cleanup(func() { wallClock = before })
	return func(d time.Duration) { by.Add(int64(d)) }
}

// A worker that was suspended finds out that its task was given to another meanwhile, although
// its connection has outlived that.
func TestASuspendedWorkerFindsALaterAttempt(t *testing.T) {
	suspend := suspendClock(t)
	b := newBench(t, time.Minute)
	begun, ended := make(chan bool, 1), make(chan error, 1)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		begun <- true
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return results.Receipt{}, ctx.Err()
	}, func(c *Config) { c.Heartbeat = 20 * time.Millisecond })
	o := task(1)
	b.publish(o)
	receive(b, begun)
	check(t, b.queue.Remove(deadline(t), o.Sweep, o.ID)) // as the coordinator does with a silent attempt's order
	b.publish(o)
	d, err := b.queue.Next(deadline(t), func() []string { return []string{"quick"} })
	check(t, err)
	settled, err := d.Settled(deadline(t))
	if settled || err != nil {
		t.Fatal(settled, err)
	}
	n, err := d.Start(deadline(t), "rival", "host")
	if n != 2 || err != nil {
		t.Fatal(n, err)
	}
	defer b.beat(d)()
	suspend(time.Hour)
	if cause := receive(b, ended); !errors.Is(cause, errSuperseded) {
		t.Errorf("ended by %v", cause)
	}
	now := time.Now()
	_, err = d.Commit(deadline(t), protocol.Outcome{Attempt: 2, Class: protocol.Numeric, Error: "r_e", Started: now, Finished: now})
	check(t, err)
	check(t, d.Done(deadline(t)))
	b.drained(w)
}

// An attempt that shows no progress for once, as after a suspension, goes on.
func TestASuspensionIsNoStall(t *testing.T) {
	a := &attempt{worker: &Worker{Config: Config{Stall: time.Minute}}, started: time.Now().Add(-time.Hour)}
	if a.stalls() {
		t.Error("stalled at the first look")
	}
	a.touch()
	if a.stalls() {
		t.Error("stalled in spite of progress")
	}
	a.moved.Store(0)
	if a.stalls() || !a.stalls() {
		t.Error("a stall shows at the second look in a row")
	}
	a.ended.Store(true)
	if a.stalls() {
		t.Error("an outcome that waits stalls")
	}
}

// The time in which a worker is suspended is no time of its task.
func TestSuspendedTimeIsNotWorked(t *testing.T) {
	a := &attempt{worker: &Worker{}, started: time.Now().Add(-time.Hour), number: 1}
	order := task(1)
	a.rest(3 * progressInterval) // a busy machine
	if worked := a.worked(); worked < time.Hour {
		t.Errorf("worked for %v", worked)
	}
	a.rest(50 * time.Minute)
	if worked := a.worked(); worked < 10*time.Minute || worked > 40*time.Minute {
		t.Errorf("worked for %v", worked)
	}
	out := a.outcomeOf(&order)
	if seconds := out.Finished.Sub(out.Started); seconds < 10*time.Minute || seconds > 40*time.Minute {
		t.Errorf("the outcome tells of %v", seconds)
	}
}
