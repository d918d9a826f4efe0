package worker

import (
	"context"
	"log/slog"
	"os"
	"strings"
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
// worker goes on, nobody begins it a second time, and its file is left alone.
func TestTaskGoesOnWhereTheStoreIsMadeAnew(t *testing.T) {
	b := newBench(t, time.Minute)
	line := &gate{server: b.server}
	begun, end := make(chan bool, 1), make(chan bool)
	at := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		begun <- true
		<-end
		if ctx.Err() != nil {
			t.Errorf("it was stopped: %v", context.Cause(ctx))
		}
		return leave(ctx, job, observe)
	}, func(c *Config) { c.Queue, c.Name, c.Heartbeat = b.through(line), "at work", 20*time.Millisecond })
	b.publish(task(1))
	receive(b, begun)

	moved := b.elsewhereToo(time.Minute)
	line.move(moved.server)
	moved.publish(task(1), task(2)) // what isn't settled is published anew
	log := make(logLines, 100)
	next := moved.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if job.Task.ID == task(1).ID {
			t.Error("the task is run a second time")
		}
		return leave(ctx, job, observe)
	}, func(c *Config) {
		c.Name, c.Slots, c.Listen, c.Log = "next", 2, 20*time.Second, slog.New(slog.NewTextHandler(log, nil))
	})
	if line := receive(b, log); !strings.Contains(line, "still at work elsewhere") {
		t.Errorf("log: %s", line)
	}
	if o := receive(moved, moved.outcomes); o.ID != task(2).ID || !o.Done() {
		t.Errorf("outcome %+v", o.Outcome)
	}
	for announced := false; !announced; { // in the new store, so that its coordinator knows
		e := receive(moved, moved.events)
		announced = e.ID == task(1).ID && e.Worker == "at work" && e.Attempt == 1
	}
	close(end)
	o := receive(moved, moved.outcomes)
	if o.ID != task(1).ID || !o.Done() || o.Attempt != 1 || o.Worker != "at work" {
		t.Errorf("outcome %+v", o.Outcome)
	}
	if sum, _, err := results.HashFile(b.root.Incoming(o.ID, 1, 1)); err != nil || sum != o.SHA256 {
		t.Errorf("file %s, outcome %s, %v", sum, o.SHA256, err)
	}
	b.drained(at)
	moved.drained(next)
}

// move leads to another server.
func (g *gate) move(to *natsserver.Server) {
	g.mu.Lock()
	g.server = to
	g.mu.Unlock()
	g.set(false)
}

// What an earlier store's attempt left is neither overwritten nor listened for when it is
// over; an order that has its outcome isn't executed.
func TestAttemptsOfAnEarlierStoreAreCounted(t *testing.T) {
	for name, c := range map[string]struct {
		said    string // by the first attempt's log
		settled bool
		attempt int
	}{
		"no attempt":         {"", false, 1},
		"an attempt ended":   {"2026-01-01T00:00:00Z ended: context canceled\n", false, 2},
		"an attempt died":    {"2026-01-01T00:00:00Z training\n", false, 2},
		"an attempt is done": {"2026-01-01T00:00:00Z result of 9 bytes, digest 0\n", true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, time.Minute)
			id, file := task(1).ID, b.root.Incoming(task(1).ID, 1, 1)
			check(t, os.WriteFile(file, []byte("of the first attempt"), 0o600))
			if c.said != "" {
				check(t, os.WriteFile(b.root.Log(id, 1, 1), []byte(c.said), 0o600))
			}
			b.publish(task(1))
			if c.settled {
				commitFirst(b)
			}
			ran := make(chan bool, 1)
			w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
				ran <- true
				return leave(ctx, job, observe)
			})
			o := receive(b, b.outcomes)
			b.until("the queue is empty", func() bool {
				queued, err := b.queue.Queued(deadline(t))
				return err == nil && len(queued) == 0
			})
			b.drained(w)
			if c.settled {
				if len(ran) > 0 || o.Worker != "first" {
					t.Errorf("run again: %v; outcome %+v", len(ran) > 0, o.Outcome)
				}
				return
			}
			if o.Attempt != c.attempt {
				t.Errorf("outcome %+v", o.Outcome)
			}
			if data, err := os.ReadFile(file); c.attempt > 1 && (err != nil || string(data) != "of the first attempt") {
				t.Errorf("the first attempt's file: %q, %v", data, err)
			}
		})
	}
}

// commitFirst commits the outcome of an attempt that this store was never told of.
func commitFirst(b *bench) {
	b.Helper()
	d, err := b.queue.Next(deadline(b), func() []string { return []string{"quick"} })
	check(b, err)
	now := time.Now()
	won, err := d.Commit(deadline(b), protocol.Outcome{Attempt: 1, Class: protocol.Numeric, Error: "r_e", Worker: "first", Started: now, Finished: now})
	if !won || err != nil {
		b.Fatalf("won %v, %v", won, err)
	}
	check(b, b.queue.CloseSweep(deadline(b), "quick")) // the server forgets that it was delivered
	check(b, b.queue.OpenSweep(deadline(b), "quick"))
}

// Who is alone on a queue listens for nobody: what its store doesn't know is over.
func TestAloneOnAQueueListensForNobody(t *testing.T) {
	b := newBench(t, time.Minute)
	check(t, os.WriteFile(b.root.Log(task(1).ID, 1, 1), []byte("2026-01-01T00:00:00Z training\n"), 0o600))
	b.publish(task(1))
	b.start(leave, func(c *Config) { c.Alone, c.Listen = true, time.Hour })
	if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 2 {
		t.Errorf("outcome %+v", o.Outcome)
	}
}
