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
	b.event(task(1), protocol.EventReturned)
	b.event(task(2), protocol.EventReturned)
	b.queued(1)
}

func TestWorkerRefusesToStartWithoutStorage(t *testing.T) {
	b := newBench(t, 10*time.Second)
	check(t, os.RemoveAll(b.root.Private("incoming")))
	_, err := Start(deadline(t), Config{Root: b.root, Queue: b.queue})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestDrainedTasksAreReturned(t *testing.T) {
	b := newBench(t, 10*time.Second)
	first := b.start(block, func(c *Config) { c.Slots = 2 })
	tasks := []protocol.TaskMessage{task(1), task(2)}
	b.publish(tasks...)
	b.until("both are executed", func() bool { return len(first.attempts.names()) == 2 })
	b.drained(first)
	if first.Err() != nil {
		t.Error(first.Err())
	}
	for range tasks {
		e := receive(b, b.entries)
		for e.Event != protocol.EventReturned {
			e = receive(b, b.entries)
		}
		if e.Class != "" || !strings.Contains(e.Error, "being stopped") {
			t.Errorf("event %+v", e.AttemptEvent)
		}
	}
	for _, o := range tasks {
		b.again(o)
	}
	b.start(leave)
	for range tasks {
		if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 1 {
			t.Errorf("outcome %+v", o.Outcome)
		}
	}
}

// A task whose worker was stopped is executed again when the coordinator has ended the attempt.
func TestStoppedTaskComesAgain(t *testing.T) {
	b := newBench(t, 10*time.Second)
	first := b.start(block)
	o := task(1)
	b.publish(o)
	e := b.event(o, protocol.EventStarted)
	b.until("the task is executed", func() bool { return len(first.attempts.names()) == 1 })
	first.Stop()
	first.Stop()
	check(t, first.Drain(deadline(t)))
	if token := b.end(o); token != e.Token {
		t.Errorf("it ends %s, not %s", token, e.Token)
	}
	b.again(o, e.Token)
	b.start(leave)
	if o := receive(b, b.outcomes); !o.Done() || o.Token == e.Token {
		t.Errorf("outcome %+v", o.Outcome)
	}
}

// Workers start and end all the time; after each of them what has no outcome is published again.
func TestStartAndStopOften(t *testing.T) {
	b := newBench(t, 200*time.Millisecond)
	const tasks = 50
	done := map[sweeps.ID]bool{}
	publish := func() {
		check(t, b.queue.PurgeTasks(deadline(t)))
		for i := range tasks {
			if o := task(i); !done[o.ID] {
				b.again(o)
			}
		}
	}
	note := func(o protocol.Outcome) {
		if !o.Done() {
			t.Errorf("outcome %+v", o)
		}
		done[o.ID] = true
	}
	publish()
	for i := range 20 {
		w := b.start(leave, func(c *Config) { c.Slots = 1 + i%4 })
		if i%2 == 0 {
			check(t, w.Drain(deadline(t)))
		}
		w.Stop()
		receive(b, w.Done())
		for len(b.outcomes) > 0 {
			note((<-b.outcomes).Outcome)
		}
		publish()
	}
	b.start(leave, func(c *Config) { c.Slots = 4 })
	for len(done) < tasks {
		note(receive(b, b.outcomes).Outcome)
	}
}

func BenchmarkTinyTasks(b *testing.B) {
	bench := newBench(b, 60*time.Second)
	bench.start(leave, func(c *Config) { c.Slots, c.Log = 16, nil })
	made := 0
	for b.Loop() {
		tasks := make([]protocol.TaskMessage, 1000)
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
		orders := make([]protocol.TaskMessage, tasks)
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
