package worker

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

func TestResultsAreHandedOver(t *testing.T) {
	b := newBench(t, 10*time.Second)
	w := b.start(leave, func(c *Config) { c.Slots = 4 })
	want := map[sweeps.ID]bool{}
	for i := range 20 {
		o := task(i)
		want[o.ID] = true
		b.publish(o)
	}
	for range 20 {
		o := receive(b, b.outcomes)
		if !want[o.ID] || !o.Done() || o.Attempt != 1 || o.Worker != "worker" {
			t.Errorf("outcome %+v", o.Outcome)
		}
		delete(want, o.ID)
		sum, _, err := results.HashFile(b.root.Incoming(o.ID, 1, 1))
		if err != nil || sum != o.SHA256 {
			t.Errorf("file %s, outcome %s, %v", sum, o.SHA256, err)
		}
		log, err := os.ReadFile(b.root.Log(o.ID, 1, 1))
		if err != nil || !strings.Contains(string(log), "digest "+o.Digest) {
			t.Errorf("log %q, %v", log, err)
		}
	}
	b.drained(w)
	b.nothingQueued()
	if w.Err() != nil {
		t.Error(w.Err())
	}
}

func TestStorageIsTriedAgain(t *testing.T) {
	b := newBench(t, 10*time.Second)
	var tries atomic.Int32
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if tries.Add(1)%2 == 1 {
			return results.Receipt{}, errors.New("no space left on device")
		}
		return leave(ctx, job, observe)
	})
	b.publish(task(1), task(2))
	for range 2 {
		if o := receive(b, b.outcomes); !o.Done() {
			t.Errorf("outcome %+v", o.Outcome)
		}
	}
	if w.Err() != nil {
		t.Error(w.Err())
	}
}

func TestTaskIsGivenUpWhenAttemptsAreUsedUp(t *testing.T) {
	b := newBench(t, 100*time.Millisecond)
	b.publish(task(1))
	check(t, os.WriteFile(b.root.Checkpoint(task(1).ID, 7), nil, 0o600)) // of an earlier order
	for n := range 2 {                                                   // two workers that die without a word
		d, err := b.queue.Next(deadline(t), func() []string { return []string{"quick"} })
		check(t, err)
		if got, err := d.Start(deadline(t), "doomed", "host"); got != n+1 {
			t.Fatalf("attempt %d, %v", got, err)
		}
	}
	w := b.start(leave, func(c *Config) { c.AttemptLimit = 2 })
	if o := receive(b, b.outcomes); o.Class != protocol.Lost || o.Attempt != 2 {
		t.Errorf("outcome %+v", o.Outcome)
	}
	b.drained(w)
	b.nothingQueued()
}

// Attempts that leave a checkpoint get the task on, and may be any number.
func TestTaskThatGetsOnIsNotGivenUp(t *testing.T) {
	b := newBench(t, 100*time.Millisecond)
	kept := make(chan int64, 1)
	b.publish(task(1))
	for n := range int64(5) {
		w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
			s := new(counter)
			job.Checkpoints.Resume(s)
			s.save(job.Checkpoints, s.done+1)
			kept <- s.done
			return block(ctx, job, observe)
		}, func(c *Config) { c.AttemptLimit = 2 })
		if got := receive(b, kept); got != n+1 {
			t.Errorf("attempt %d came to %d", n+1, got)
		}
		w.Stop()
	}
	b.start(leave, func(c *Config) { c.AttemptLimit = 2 })
	if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 6 {
		t.Errorf("outcome %+v", o.Outcome)
	}
}

// A task whose lease ran out while its worker is still heard is left alone.
func TestRunningTaskIsNotTakenFromAnother(t *testing.T) {
	b := newBench(t, 300*time.Millisecond)
	b.publish(task(1))
	d, err := b.queue.Next(deadline(t), func() []string { return []string{"quick"} })
	check(t, err)
	_, err = d.Start(deadline(t), "slow", "host")
	check(t, err)
	ctx, cancel := context.WithCancel(deadline(t))
	told := make(chan struct{})
	go func() {
		defer close(told)
		every(ctx, time.Millisecond, func() bool {
			b.queue.PublishProgress(protocol.Progress{ID: d.Task().ID, Run: 1, Attempt: 1})
			return true
		})
	}()
	defer func() { cancel(); <-told }()
	log := make(logLines, 10)
	w := b.start(func(context.Context, *Job, func(sim.Progress)) (results.Receipt, error) {
		t.Error("the task is run a second time")
		return results.Receipt{}, sim.ErrInvalid
	}, func(c *Config) { c.Listen, c.Log = 20*time.Second, slog.New(slog.NewTextHandler(log, nil)) })
	if line := receive(b, log); !strings.Contains(line, "still at work elsewhere") {
		t.Errorf("log: %s", line)
	}
	b.drained(w)
	now := time.Now()
	won, err := d.Commit(deadline(t), protocol.Outcome{Attempt: 1, Class: protocol.Numeric, Error: "r_e", Worker: "slow", Started: now, Finished: now})
	if !won || err != nil {
		t.Errorf("won %v, %v", won, err)
	}
}

// A worker that is drained while it listens knows nothing of the earlier attempt: it
// neither begins another nor gives the task up.
func TestDrainedWorkerLeavesATaskThatItListensFor(t *testing.T) {
	for name, limit := range map[string]int{"attempts left": 3, "attempts used up": 1} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, time.Minute)
			b.publish(task(1))
			first, err := b.queue.Next(deadline(t), func() []string { return []string{"quick"} })
			check(t, err)
			_, err = first.Start(deadline(t), "slow", "host")
			check(t, err)
			check(t, first.Retry(deadline(t), 0)) // it is delivered again
			w := b.start(leave, func(c *Config) { c.Listen, c.AttemptLimit = 20*time.Second, limit })
			b.until("the worker has the task in hands", func() bool {
				tasks, _ := w.load.counts()
				return len(tasks) == 1
			})
			b.drained(w)
			_, err = b.queue.Next(deadline(t), func() []string { return []string{"quick"} })
			check(t, err) // it was handed back
			won, err := first.Commit(deadline(t), protocol.Outcome{Attempt: 1, Class: protocol.Numeric, Error: "r_e", Started: time.Now(), Finished: time.Now()})
			if !won || err != nil {
				t.Errorf("the earlier attempt won %v, %v", won, err)
			}
			if n, err := first.Attempts(deadline(t)); n != 1 || err != nil {
				t.Errorf("%d attempts, %v", n, err)
			}
		})
	}
}

func TestLoserRemovesItsFile(t *testing.T) {
	b := newBench(t, 300*time.Millisecond)
	b.publish(task(1))
	d, err := b.queue.Next(deadline(t), func() []string { return []string{"quick"} })
	check(t, err)
	_, err = d.Start(deadline(t), "rival", "host")
	check(t, err)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		now := time.Now()
		won, err := d.Commit(deadline(t), protocol.Outcome{Attempt: 1, Class: protocol.Numeric, Error: "r_e", Worker: "rival", Started: now, Finished: now})
		if !won || err != nil {
			t.Errorf("rival won %v, %v", won, err)
		}
		return leave(ctx, job, observe)
	})
	if o := receive(b, b.outcomes); o.Worker != "rival" {
		t.Errorf("outcome %+v", o.Outcome)
	}
	b.drained(w)
	b.nothingQueued()
	if names := b.left("incoming"); len(names) > 0 {
		t.Errorf("files remain: %v", names)
	}
}
