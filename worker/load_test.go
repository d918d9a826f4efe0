package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/sim"
)

// sized is an order for a network of so many neurons an axis.
func sized(seed, perAxis int) protocol.TaskMessage {
	return task(seed, func(o *protocol.TaskMessage) {
		o.Parameters = values("numint.n_trials=2", fmt.Sprint("ng.exc.n_per_axis=", perAxis))
	})
}

func needs(o protocol.TaskMessage) int64 { return new(Worker).needs(&o) }

// obliging publishes tasks again that workers refuse, and counts how often.
func (b *bench) obliging(tasks ...protocol.TaskMessage) *atomic.Int32 {
	b.Helper()
	var refusals atomic.Int32
	refused := make(chan protocol.TaskMessage, 10_000)
	var publishing sync.WaitGroup
	publishing.Go(func() {
		for o := range refused {
			b.again(o)
			refusals.Add(1)
		}
	})
	stop, err := b.queue.Register.Watch(deadline(b), func(e queue.Entry) {
		for _, o := range tasks {
			if o.ID != e.ID || e.Event != protocol.EventRefused {
				continue
			}
			if !strings.Contains(e.Error, "of memory") {
				b.Errorf("it was refused by %+v", e.AttemptEvent)
			}
			refused <- o
		}
	})
	check(b, err)
	b.Cleanup(func() {
		stop()
		close(refused)
		publishing.Wait()
	})
	return &refusals
}

// Two tasks fit beside each other; a third is refused until one of them ends.
func TestTasksShareTheMemory(t *testing.T) {
	b := newBench(t, 10*time.Second)
	running, leaveNow := make(chan bool, 3), make(chan bool)
	tasks := []protocol.TaskMessage{sized(1, 4), sized(2, 4), sized(3, 4)}
	limit := needs(tasks[0]) * 5 / 2
	told, refusals := b.presences(), b.obliging(tasks...)
	b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		running <- true
		<-leaveNow
		return leave(ctx, job, observe)
	}, func(c *Config) { c.Slots, c.Memory = 3, limit })
	b.publish(tasks...)
	receive(b, running)
	receive(b, running)
	b.until("a task is refused", func() bool { return refusals.Load() > 0 })
	check(t, b.queue.SayHello())
	p := receive(b, told)
	for p.Refused == "" {
		p = receive(b, told)
	}
	if p.Busy != 2 || p.Memory != limit || p.Free != limit-2*needs(tasks[0]) || !strings.Contains(p.Refused, "of memory") {
		t.Errorf("presence %+v", p)
	}
	if len(running) > 0 {
		t.Error("a third task runs")
	}
	close(leaveNow)
	for range 3 {
		if o := receive(b, b.outcomes); !o.Done() {
			t.Errorf("outcome %+v", o.Outcome)
		}
	}
}

// A task that is too large for a worker holds up nothing else there, and another worker has it.
func TestLargeTaskIsLeftToAnother(t *testing.T) {
	b := newBench(t, 10*time.Second)
	large := sized(1, 8)
	refusals := b.obliging(large)
	b.start(leave, func(c *Config) { c.Memory, c.Name = needs(large)-1, "small" })
	b.publish(large)
	b.until("it is refused", func() bool { return refusals.Load() > 0 })
	b.publish(sized(2, 4), sized(3, 4))
	for range 2 {
		if o := receive(b, b.outcomes); !o.Done() || o.Worker != "small" {
			t.Errorf("outcome %+v", o.Outcome)
		}
	}
	b.start(leave, func(c *Config) { c.Memory, c.Name, c.Queue = needs(large), "large", b.through(&gate{server: b.server}) })
	if o := receive(b, b.outcomes); !o.Done() || o.ID != large.ID || o.Worker != "large" {
		t.Errorf("outcome %+v", o.Outcome)
	}
}

func TestLoadKeepsAccount(t *testing.T) {
	l := newLoad(2, 100, nil)
	for i, want := range []bool{true, true, false} {
		if l.reserve() != want {
			t.Errorf("reservation %d of two: not %v", i+1, want)
		}
	}
	if l.unreserve(); !l.reserve() {
		t.Error("a reservation that was given back is gone")
	}
	if l.admit(60) != "" {
		t.Error("it has no room for the first")
	}
	if l.idleFor() != 0 {
		t.Error("it is idle with a task in hand")
	}
	var p protocol.Presence
	if l.describe(&p); p.Busy != 1 || p.Memory != 100 || p.Free != 40 || p.State != protocol.Working || p.Refused != "" {
		t.Errorf("it describes itself as %+v", p)
	}
	l.release(60)
	if l.admit(100) != "" {
		t.Error("it has no room for what fits just so")
	}
}

// After a task that does not fit none is fetched for a time that grows, or until there is memory.
func TestFetchingPausesForWantOfMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLoad(0, 100, nil)
		l.admit(60)
		for want := firstPause; want < 2*mostPause; want *= 2 {
			begun := time.Now()
			if l.admit(60) == "" {
				t.Fatal("it has room")
			}
			check(t, l.wait(t.Context()))
			if took := time.Since(begun); took != min(want, mostPause) {
				t.Errorf("it waited for %v, want %v", took, want)
			}
		}
		l.admit(60)
		go func() {
			<-time.After(time.Second)
			l.release(60)
		}()
		begun := time.Now()
		check(t, l.wait(t.Context()))
		if took := time.Since(begun); took != time.Second {
			t.Errorf("it waited for %v, and had memory after 1 s", took)
		}
		l.admit(60)
		l.admit(60)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := l.wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("it waited to the end: %v", err)
		}
	})
}
