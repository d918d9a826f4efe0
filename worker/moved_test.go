package worker

import (
	"context"
	"testing"
	"time"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/sim"
)

// elsewhereToo starts a second queue of the root, with an empty store, as a coordinator on
// another host does.
func (b *bench) elsewhereToo(ackWait time.Duration) *bench {
	b.Helper()
	s, err := natsserver.Start(natsserver.Options{StoreDir: b.TempDir()})
	check(b, err)
	b.Cleanup(s.Stop)
	q, err := queue.Open(deadline(b), queue.Options{Options: natsconn.Options{Server: s, RootID: b.root.ID()}, Create: true, AckWait: ackWait})
	check(b, err)
	b.Cleanup(q.Close)
	other := attend(b, b.root, q)
	other.server = s
	return other
}

// A coordinator begins anew on another host, with an empty store, while a task runs: its
// worker enters it there and goes on, nobody begins it a second time, and its file is left alone.
func TestTaskGoesOnWhereTheStoreIsMadeAnew(t *testing.T) {
	b := newBench(t, time.Minute)
	line := &gate{server: b.server}
	begun, end := make(chan bool, 1), make(chan bool)
	at := b.start(until(begun, end), func(c *Config) { c.Queue, c.Name = b.through(line), "at work" })
	b.publish(task(1))
	receive(b, begun)
	first := b.event(task(1), protocol.EventStarted)

	moved := b.elsewhereToo(time.Minute)
	line.move(moved.server)
	if e := moved.event(task(1), protocol.EventStarted); e.Token != first.Token || e.Worker != "at work" {
		t.Errorf("it is entered as %+v", e.AttemptEvent)
	}
	moved.publish(task(1), task(2)) // made before the coordinator knew
	next := moved.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if job.Task.ID == task(1).ID {
			t.Error("the task is run a second time")
		}
		return leave(ctx, job, observe)
	}, func(c *Config) { c.Name, c.Slots = "next", 2 })
	if o := receive(moved, moved.outcomes); o.ID != task(2).ID || !o.Done() {
		t.Errorf("outcome %+v", o.Outcome)
	}
	moved.drained(next)
	close(end)
	o := receive(moved, moved.outcomes)
	if o.ID != task(1).ID || !o.Done() || o.Token != first.Token || o.Worker != "at work" {
		t.Errorf("outcome %+v", o.Outcome)
	}
	if sum, _, err := results.HashFile(b.root.Incoming(o.ID, 1, o.Token)); err != nil || sum != o.SHA256 {
		t.Errorf("file %s, outcome %s, %v", sum, o.SHA256, err)
	}
	b.drained(at)
}

// An attempt that was running in an earlier store and ends in the new one is returned there.
func TestAnAttemptIsReturnedWhereTheStoreIsMadeAnew(t *testing.T) {
	b := newBench(t, time.Minute)
	line := &gate{server: b.server}
	begun := make(chan bool, 1)
	w := b.start(until(begun, nil), func(c *Config) { c.Queue = b.through(line) })
	b.publish(task(1))
	receive(b, begun)
	line.set(true)
	moved := b.elsewhereToo(time.Minute)
	drained := make(chan error, 1)
	go func() { drained <- w.Drain(deadline(t)) }()
	line.move(moved.server)
	check(t, receive(b, drained))
	if e := moved.event(task(1), protocol.EventReturned); e.Class != "" {
		t.Errorf("event %+v", e.AttemptEvent)
	}
}
