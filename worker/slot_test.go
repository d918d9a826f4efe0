package worker

import (
	"context"
	"errors"
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
		sum, _, err := results.HashFile(b.root.Incoming(o.ID, 1, o.Token))
		if err != nil || sum != o.SHA256 {
			t.Errorf("file %s, outcome %s, %v", sum, o.SHA256, err)
		}
		log, err := os.ReadFile(b.root.Log(o.ID, 1, o.Token))
		if err != nil || !strings.Contains(string(log), "digest "+o.Digest) {
			t.Errorf("log %q, %v", log, err)
		}
		last, err := b.queue.Register.Last(deadline(t), protocol.Attempt{ID: o.ID, Run: 1})
		if err != nil || last == nil || last.Token != o.Token || last.Event != protocol.EventStarted {
			t.Errorf("the register says %+v, %v", last, err)
		}
	}
	b.drained(w)
	b.queued(0)
	if w.Err() != nil {
		t.Error(w.Err())
	}
}

// A task that another worker claimed first is that worker's.
func TestATaskThatAnotherClaimedIsNotExecuted(t *testing.T) {
	b := newBench(t, 10*time.Second)
	taken, free := task(1), task(2)
	_, err := b.queue.Register.Note(
		deadline(t),
		protocol.AttemptEvent{ID: taken.ID, Run: 1, Token: protocol.NewToken(), Attempt: 1, Event: protocol.EventStarted, Worker: "rival"},
		0,
	)
	check(t, err)
	b.publish(taken, free)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if job.Task.ID == taken.ID {
			t.Error("another's task is executed")
		}
		return leave(ctx, job, observe)
	}, func(c *Config) { c.MaxTasks = 1 })
	if o := receive(b, b.outcomes); o.ID != free.ID {
		t.Errorf("outcome %+v", o.Outcome)
	}
	receive(b, w.Done()) // after one task: the other's doesn't count
	b.queued(0)
	if last, err := b.queue.Register.Last(deadline(t), protocol.Attempt{ID: taken.ID, Run: 1}); err != nil || last.Worker != "rival" {
		t.Errorf("the register says %+v, %v", last, err)
	}
}

// A failure of the storage goes to the coordinator, who decides when the task is tried again. One that
// is not the second in a row doesn't end the worker.
func TestAStorageFailureIsReturned(t *testing.T) {
	b := newBench(t, 10*time.Second)
	var tries atomic.Int32
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if tries.Add(1)%2 == 1 {
			return results.Receipt{}, errors.New("no space left on device")
		}
		return leave(ctx, job, observe)
	})
	for i := range 2 {
		o := task(i)
		b.publish(o)
		if e := b.event(o, protocol.EventReturned); e.Class != protocol.Storage || !strings.Contains(e.Error, "no space left") {
			t.Errorf("event %+v", e.AttemptEvent)
		}
		b.again(o)
		if o := receive(b, b.outcomes); !o.Done() {
			t.Errorf("outcome %+v", o.Outcome)
		}
	}
	if w.Err() != nil {
		t.Error(w.Err())
	}
}

// A later attempt that has committed removes the files of those before. That is no failure of a
// storage.
func TestAFailureOfAnAttemptThatWasReplacedDoesNotCount(t *testing.T) {
	b := newBench(t, 10*time.Second)
	b.hold.Store(true)
	w := b.start(func(_ context.Context, job *Job, _ func(sim.Progress)) (results.Receipt, error) {
		job.Checkpoints.save(&counter{done: 5})
		o := task(int(job.Task.Seed))
		b.again(o, b.end(o))
		b.claim()
		return results.Receipt{}, os.ErrNotExist
	})
	for i := range 3 {
		b.publish(task(i))
		b.event(task(i), protocol.EventEnded)
		b.event(task(i), protocol.EventStarted)
	}
	b.drained(w)
	if w.Err() != nil {
		t.Error(w.Err())
	}
	b.nothingLeft()
	if last, err := b.queue.Register.Last(deadline(t), protocol.Attempt{ID: task(2).ID, Run: 1}); err != nil || last.Worker != "rival" {
		t.Errorf("the register says %+v, %v", last, err)
	}
}

// An attempt that the coordinator has ended, and that no other has replaced, may leave the only checkpoint of its task. A
// failure of the storage is no reason to remove it.
func TestAStorageFailureOfAnEndedAttemptLeavesItsCheckpoint(t *testing.T) {
	b := newBench(t, 10*time.Second)
	w := b.start(func(_ context.Context, job *Job, _ func(sim.Progress)) (results.Receipt, error) {
		job.Checkpoints.save(&counter{done: 5})
		b.end(task(int(job.Task.Seed)))
		return results.Receipt{}, errors.New("no space left on device")
	})
	o := task(1)
	b.publish(o)
	token := b.event(o, protocol.EventEnded).Token
	b.drained(w)
	if _, err := os.Stat(b.root.Checkpoint(o.ID, token)); err != nil {
		t.Errorf("the checkpoint is gone: %v", err)
	}
	if last, err := b.queue.Register.Last(deadline(t), protocol.Attempt{ID: o.ID, Run: 1}); err != nil || last.Event != protocol.EventEnded {
		t.Errorf("the register says %+v, %v", last, err)
	}
}

// The attempt that the coordinator took for dead is first all the same.
func TestLoserRemovesItsFiles(t *testing.T) {
	b := newBench(t, 10*time.Second)
	b.hold.Store(true)
	o := task(1)
	b.publish(o)
	rival := b.claim()
	b.again(o, b.end(o))
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		job.Checkpoints.save(&counter{done: 5})
		b.fail(rival)
		return leave(ctx, job, observe)
	})
	if o := receive(b, b.outcomes); o.Worker != "rival" || o.Token != rival.Name().Token {
		t.Errorf("outcome %+v", o.Outcome)
	}
	b.until("the attempt has ended", func() bool { return len(w.attempts.names()) == 0 })
	b.drained(w)
	b.queued(0)
	if names := append(b.left("incoming"), b.left("checkpoints")...); len(names) > 0 {
		t.Errorf("files remain: %v", names)
	}
}
