package worker

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/sim"
)

// sized is an order for a network of so many neurons an axis.
func sized(seed, perAxis int) protocol.Task {
	return task(seed, func(o *protocol.Task) {
		o.Parameters = map[string]any{"numint.n_trials": 2, "ng.exc.n_per_axis": perAxis}
	})
}

func needs(o protocol.Task) int64 { return new(Worker).needs(&o) }

// Two tasks fit beside each other, a third waits for one of them; all are run, and
// no attempt is wasted.
func TestTasksShareTheMemory(t *testing.T) {
	b := newBench(t, 10*time.Second)
	running, leaveNow := make(chan bool, 3), make(chan bool)
	tasks := []protocol.Task{sized(1, 4), sized(2, 4), sized(3, 4)}
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		running <- true
		<-leaveNow
		return leave(ctx, job, observe)
	}, func(c *Config) { c.Slots, c.Memory = 3, needs(tasks[0])*5/2 })
	told := b.presences()
	b.publish(tasks...)
	receive(b, running)
	receive(b, running)
	for p := (protocol.Presence{}); !p.Full || p.State != "working" || !strings.Contains(p.Unfit, "of memory"); p = receive(b, told) {
		if p.Busy > 2 {
			t.Errorf("%d tasks run", p.Busy)
		}
		w.tell(false)
	}
	close(leaveNow)
	for range 3 {
		if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 1 {
			t.Errorf("outcome %+v", o.Outcome)
		}
	}
}

// A task that is too large holds up nothing of another sweep, and another worker has it.
func TestLargeTaskIsLeftToAnother(t *testing.T) {
	b := newBench(t, 10*time.Second)
	check(t, b.queue.OpenSweep(deadline(t), "other"))
	large := sized(1, 8)
	log := make(logLines, 100)
	small := b.start(leave, func(c *Config) {
		c.Memory, c.Name = needs(large)-1, "small"
		c.Sweeps = func() []string { return []string{"quick", "other"} }
		c.Log = slog.New(slog.NewTextHandler(log, nil))
	})
	b.publish(large)
	line := receive(b, log)
	if unfit, full := small.load.lack(small.Memory); !strings.Contains(line, "more memory") || full || small.state() != "idle" || !strings.Contains(unfit, "a task of quick needs") {
		t.Errorf("log %q, state %q, unfit %q, full %v", line, small.state(), unfit, full)
	}
	one, two := sized(2, 4), sized(3, 4)
	one.Sweep, two.Sweep = "other", "other"
	b.publish(one, two)
	for range 2 {
		if o := receive(b, b.outcomes); !o.Done() || o.Worker != "small" {
			t.Errorf("outcome %+v", o.Outcome)
		}
	}
	b.start(leave, func(c *Config) { c.Memory, c.Name = needs(large), "large" })
	if o := receive(b, b.outcomes); !o.Done() || o.ID != large.ID || o.Worker != "large" || o.Attempt != 1 {
		t.Errorf("outcome %+v", o.Outcome)
	}
}

func TestLoadKeepsAccount(t *testing.T) {
	l := newLoad(2, nil)
	for i, want := range []bool{true, true, false} {
		if l.reserve() != want {
			t.Errorf("reservation %d of two: not %v", i+1, want)
		}
	}
	if l.unreserve(); !l.reserve() {
		t.Error("a reservation that was given back is gone")
	}
	one, two := task(1), task(2, func(o *protocol.Task) { o.Sweep = "other" })
	if ok, _ := l.take(&one, 60, 100); !ok {
		t.Error("it has no room for the first")
	}
	for _, want := range []time.Duration{unfitFirst, 2 * unfitFirst, 4 * unfitFirst} {
		if ok, pause := l.take(&two, 60, 100); ok || pause != want {
			t.Errorf("it has room: %v; it waits for %v, want %v", ok, pause, want)
		}
	}
	if got := l.fitting([]string{"quick", "other"}); !slices.Equal(got, []string{"quick"}) {
		t.Errorf("it looks for tasks of %v", got)
	}
	if l.idleFor() != 0 {
		t.Error("it is idle with a task in hands")
	}
	l.put(one.ID)
	if got := l.fitting([]string{"quick", "other"}); len(got) != 2 {
		t.Errorf("with room again it looks for tasks of %v", got)
	}
	if ok, _ := l.take(&two, 100, 100); !ok {
		t.Error("it has no room for what fits just so")
	}
}
