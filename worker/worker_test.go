package worker

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

func TestWorkerWithoutStorageGivesUp(t *testing.T) {
	b := newBench(t, 10*time.Second)
	told := b.presences()
	w := b.start(func(context.Context, *Job, func(sim.Progress)) (results.Receipt, error) {
		return results.Receipt{}, errors.New("no space left on device")
	})
	b.publish(task(1), task(2), task(3))
	receive(b, w.Done())
	if err := w.Err(); !errors.Is(err, ErrStorage) || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("error %v", err)
	}
	last := receive(b, told)
	for !last.Gone {
		last = receive(b, told)
	}
	if !strings.HasPrefix(last.State, protocol.GaveUp) || !strings.Contains(last.State, "no space left") {
		t.Errorf("its goodbye: %+v", last)
	}
	queued, err := b.queue.Queued(deadline(t))
	if err != nil || len(queued) != 3 {
		t.Errorf("queued %v, %v", queued, err)
	}
}

func TestWorkerRefusesToStartWithoutStorage(t *testing.T) {
	b := newBench(t, 10*time.Second)
	check(t, os.RemoveAll(b.root.Private("incoming")))
	_, err := Start(deadline(t), Config{Root: b.root, Queue: b.queue, Sweeps: func() []string { return nil }})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestDrainedTaskKeepsItsAttemptNumber(t *testing.T) {
	b := newBench(t, 10*time.Second)
	first := b.start(block, func(c *Config) { c.Slots = 2 })
	b.publish(task(1), task(2))
	for range 2 {
		receive(b, b.events)
	}
	b.drained(first)
	if first.Err() != nil {
		t.Error(first.Err())
	}
	for range 2 {
		if e := receive(b, b.events); e.Event != protocol.EventReturned {
			t.Errorf("event %+v", e)
		}
	}
	b.start(leave)
	for range 2 {
		if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 1 {
			t.Errorf("outcome %+v", o.Outcome)
		}
	}
}

func TestStoppedTaskComesAgain(t *testing.T) {
	b := newBench(t, 300*time.Millisecond)
	first := b.start(block)
	b.publish(task(1))
	receive(b, b.events)
	first.Stop()
	first.Stop()
	check(t, first.Drain(deadline(t)))
	b.start(leave)
	if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 2 {
		t.Errorf("outcome %+v", o.Outcome)
	}
}

func TestStartAndStopOften(t *testing.T) {
	b := newBench(t, 200*time.Millisecond)
	for i := range 50 {
		b.publish(task(i))
	}
	for i := range 20 {
		w := b.start(leave, func(c *Config) { c.Slots, c.AttemptLimit = 1+i%4, 100 })
		if i%2 == 0 {
			check(t, w.Drain(deadline(t)))
		}
		w.Stop()
		receive(b, w.Done())
	}
	b.start(leave, func(c *Config) { c.Slots, c.AttemptLimit = 4, 100 })
	done := map[sweeps.ID]bool{}
	for len(done) < 50 {
		if o := receive(b, b.outcomes); !o.Done() || done[o.ID] {
			t.Errorf("outcome %+v", o.Outcome)
		} else {
			done[o.ID] = true
		}
	}
}

func BenchmarkTinyTasks(b *testing.B) {
	bench := newBench(b, 60*time.Second)
	bench.start(func(context.Context, *Job, func(sim.Progress)) (results.Receipt, error) {
		hash := strings.Repeat("0", 64)
		return results.Receipt{SHA256: hash, Digest: hash, Bytes: 1}, nil
	}, func(c *Config) { c.Slots = 16 })
	made := 0
	for b.Loop() {
		tasks := make([]protocol.Task, 1000)
		for i := range tasks {
			tasks[i] = task(made + i)
		}
		made += len(tasks)
		bench.publish(tasks...)
		for range tasks {
			receive(bench, bench.outcomes)
		}
	}
	b.ReportMetric(float64(made)/b.Elapsed().Seconds(), "tasks/s")
}

// BenchmarkShortTasks runs tasks that wait for a tenth of a second on two workers; the
// metric is how much of the time they wait.
func BenchmarkShortTasks(b *testing.B) {
	bench := newBench(b, time.Minute)
	const wait, tasks = 100 * time.Millisecond, 100
	made := 0
	for b.Loop() {
		orders := make([]protocol.Task, tasks)
		for i := range orders {
			orders[i] = task(made + i)
		}
		made += tasks
		var workers []*Worker
		bench.publish(orders...)
		for range 2 {
			workers = append(workers, bench.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
				<-time.After(wait)
				return leave(ctx, job, observe)
			}, func(c *Config) { c.Log = nil }))
		}
		for range tasks {
			receive(bench, bench.outcomes)
		}
		for _, w := range workers {
			bench.drained(w)
		}
	}
	ideal := float64(made) / 2 * wait.Seconds()
	b.ReportMetric(100*ideal/b.Elapsed().Seconds(), "%-of-ideal")
}
