package worker

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/sim"
)

func TestIdleWorkerEnds(t *testing.T) {
	b := newBench(t, 10*time.Second)
	w := b.start(leave, func(c *Config) { c.IdleTimeout = 50 * time.Millisecond })
	receive(b, w.Done())
	if w.Err() != nil || !errors.Is(w.Reason(), errIdle) {
		t.Errorf("it ended by %v, %v", w.Reason(), w.Err())
	}
}

// A worker isn't idle while it works, however long that takes.
func TestBusyWorkerIsNotIdle(t *testing.T) {
	t.Parallel() // most of it is waiting
	b := newBench(t, 10*time.Second)
	b.publish(task(1))
	looked := make(chan bool)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		<-looked
		return leave(ctx, job, observe)
	}, func(c *Config) { c.IdleTimeout = 3 * time.Second }) // for the task to come in
	b.event(task(1), protocol.EventStarted)
	idle := time.NewTimer(w.IdleTimeout * 3 / 2)
	defer idle.Stop()
	select {
	case <-w.Done():
		t.Error("it ended while it worked")
	case <-idle.C:
	}
	close(looked)
	if o := receive(b, b.outcomes); !o.Done() {
		t.Errorf("outcome %+v", o.Outcome)
	}
	receive(b, w.Done())
}

func TestWorkerEndsAfterEnoughTasks(t *testing.T) {
	for _, slots := range []int{1, 3} {
		b := newBench(t, 10*time.Second)
		for i := range 7 {
			b.publish(task(i))
		}
		w := b.start(leave, func(c *Config) { c.MaxTasks, c.Slots = 5, slots })
		receive(b, w.Done())
		b.queued(2)
		if w.Err() != nil || !errors.Is(w.Reason(), errEnough) {
			t.Errorf("%d slots: it ended by %v, %v", slots, w.Reason(), w.Err())
		}
	}
}

// What runs when the deadline is near is given back, with a checkpoint.
func TestWorkerDrainsBeforeItsDeadline(t *testing.T) {
	t.Parallel() // most of it is waiting
	b := newBench(t, time.Minute)
	o := task(1, func(o *protocol.TaskMessage) {
		o.Parameters = small().With(values("numint.n_trials=20000")...) // a minute, or some
	})
	b.publish(o)
	end := time.Now().Add(12 * time.Second) // half of which is for the task to begin
	w := b.start(nil, func(c *Config) { c.Runner, c.Deadline = nil, end })
	receive(b, w.Done())
	if w.Err() != nil || !errors.Is(w.Reason(), errDeadline) {
		t.Errorf("it ended by %v, %v", w.Reason(), w.Err())
	}
	last := b.event(o, protocol.EventReturned)
	if last.Class != "" || !strings.Contains(last.Error, "time is nearly up") {
		t.Errorf("it was given back: %+v", last.AttemptEvent)
	}
	if left := b.left("checkpoints"); !slices.Equal(left, []string{o.ID.String() + "." + last.Token}) {
		t.Errorf("checkpoints %v", left)
	}
}

func TestMarginGrowsWithWhatCheckpointsTake(t *testing.T) {
	now := time.Now()
	w := &Worker{since: now, Config: Config{Deadline: now.Add(time.Hour)}}
	if got := w.margin(); got != drainTime {
		t.Errorf("margin %v", got)
	}
	for _, took := range []time.Duration{time.Second, 20 * time.Second, 2 * time.Second} {
		w.measured(took)
	}
	if got := w.margin(); got != drainTime+time.Minute {
		t.Errorf("margin %v", got)
	}
	w.Deadline = now.Add(10 * time.Second)
	if got := w.margin(); got != 5*time.Second {
		t.Errorf("margin %v of ten seconds", got)
	}
}
