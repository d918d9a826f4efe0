package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/sim"
)

// gate lets connections to a server through, or cuts them.
type gate struct {
	server *natsserver.Server
	mu     sync.Mutex
	shut   bool
	open   []net.Conn
}

func (g *gate) InProcessConn() (net.Conn, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return nil, errors.New("cut off")
	}
	c, err := g.server.InProcessConn()
	g.open = append(g.open, c)
	return c, err
}

func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
	for _, c := range g.open {
		c.Close()
	}
	g.open = nil
}

// through opens the queue by way of a gate.
func (b *bench) through(line *gate) *queue.Queue {
	b.Helper()
	q, err := queue.Open(deadline(b), queue.Options{Options: natsconn.Options{RootID: b.root.ID(), Connect: []nats.Option{
		nats.InProcessServer(line), nats.ReconnectWait(5 * time.Millisecond), nats.ReconnectJitter(0, 0),
	}}})
	check(b, err)
	b.Cleanup(q.Close)
	return q
}

// A worker that was cut off until its sweep was over ends all the same: nobody confirms
// any more that its task is done.
func TestWorkerThatWasCutOffUntilTheSweepWasOverEnds(t *testing.T) {
	b := newBench(t, time.Minute)
	line := &gate{server: b.server}
	begun, end := make(chan bool, 1), make(chan bool)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		begun <- true
		<-end
		return leave(ctx, job, observe)
	}, func(c *Config) { c.Queue, c.MaxTasks = b.through(line), 1 })
	b.publish(task(1))
	receive(b, begun)
	line.set(true)
	check(t, b.queue.PurgeSweep(deadline(t), "quick"))
	check(t, b.queue.CloseSweep(deadline(t), "quick"))
	close(end)
	line.set(false)
	receive(b, b.outcomes)
	receive(b, w.Done())
}

// A worker that was cut off, and comes back when another has its task, stops.
func TestWorkerThatWasCutOffStopsWhatAnotherDoes(t *testing.T) {
	t.Parallel() // most of it is waiting for the lease to run out
	b := newBench(t, 2*time.Second)
	line := &gate{server: b.server}
	q := b.through(line)
	begun, ended := make(chan bool, 1), make(chan error, 1)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		begun <- true
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return results.Receipt{}, ctx.Err()
	}, func(c *Config) { c.Queue, c.Heartbeat, c.Name = q, 20*time.Millisecond, "cut off" })
	b.publish(task(1))
	receive(b, begun)
	line.set(true)

	d, err := b.queue.Next(deadline(t), func() []string { return []string{"quick"} })
	check(t, err)
	_, err = d.Start(deadline(t), "rival", "host")
	check(t, err)
	defer b.beat(d)()
	line.set(false)
	if cause := receive(b, ended); !errors.Is(cause, errSuperseded) {
		t.Errorf("ended by %v", cause)
	}
	now := time.Now()
	won, err := d.Commit(deadline(t), protocol.Outcome{Attempt: 2, Class: protocol.Numeric, Error: "r_e", Started: now, Finished: now})
	if !won || err != nil {
		t.Errorf("won %v, %v", won, err)
	}
	check(t, d.Done(deadline(t)))
	b.drained(w)
}

// beat keeps a rival's lease, as its worker would, until stop is called.
func (b *bench) beat(d *queue.Delivery) (stop func()) {
	ctx, cancel := context.WithCancel(deadline(b))
	var beats sync.WaitGroup
	beats.Go(func() {
		every(ctx, 100*time.Millisecond, func() bool {
			_ = d.Heartbeat(ctx) // one that fails is followed by others
			return true
		})
	})
	return func() { cancel(); beats.Wait() }
}

// A stalled attempt is stopped and another begins. On a busy machine that one may seem stalled, too.
func TestStalledTaskIsTriedAgain(t *testing.T) {
	b := newBench(t, 10*time.Second)
	var tries atomic.Int32
	b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if tries.Add(1) == 1 {
			return block(ctx, job, observe)
		}
		return leave(ctx, job, observe)
	}, func(c *Config) { c.Heartbeat, c.Stall, c.AttemptLimit = 5*time.Millisecond, 50*time.Millisecond, 1000 })
	b.publish(task(1))
	if o := receive(b, b.outcomes); !o.Done() || o.Attempt < 2 {
		t.Errorf("outcome %+v", o.Outcome)
	}
}

// The lease is short, the task longer: heartbeats keep it.
func TestHeartbeatsKeepTheTask(t *testing.T) {
	t.Parallel() // most of it is waiting
	const leaseTime = 3 * time.Second
	b := newBench(t, leaseTime)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		select {
		case <-time.After(2 * leaseTime):
			return leave(ctx, job, observe)
		case <-ctx.Done():
			return results.Receipt{}, ctx.Err()
		}
	}, func(c *Config) { c.Slots, c.Heartbeat = 2, 20*time.Millisecond })
	b.publish(task(1))
	if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 1 {
		t.Errorf("outcome %+v", o.Outcome)
	}
	b.drained(w)
	if len(b.events) != 1 {
		t.Errorf("%d events of attempts, want 1", len(b.events))
	}
}

// A thousand slots beat three times as often as by default, and no task is ever given
// to a second worker. How many beats went unconfirmed is told.
func TestThousandSlotsKeepTheirTasks(t *testing.T) {
	b := newBench(t, 15*time.Second)
	const workers, slots = 10, 100
	log := make(logLines, 10_000)
	begun := make(chan bool, workers*slots)
	end, cancel := context.WithCancel(context.Background())
	defer cancel()
	for i := range workers {
		q, err := queue.Open(deadline(t), queue.Options{Options: natsconn.Options{Server: b.server, RootID: b.root.ID()}})
		check(t, err)
		t.Cleanup(q.Close)
		b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
			begun <- true
			<-end.Done()
			return leave(ctx, job, observe)
		}, func(c *Config) {
			c.Queue, c.Name, c.Slots, c.Heartbeat = q, fmt.Sprintf("worker-%d", i), slots, 3*time.Second
			c.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))
		})
	}
	orders := make([]protocol.Task, workers*slots)
	for i := range orders {
		orders[i] = task(i)
	}
	b.publish(orders...)
	for range orders {
		receive(b, begun)
	}
	twice, stop := context.WithTimeout(context.Background(), 7*time.Second) // two beats of each
	defer stop()
	<-twice.Done()
	cancel()
	for range orders {
		if o := receive(b, b.outcomes); !o.Done() || o.Attempt != 1 {
			t.Errorf("outcome %+v", o.Outcome)
		}
	}
	if len(b.events) != workers*slots {
		t.Errorf("%d attempts at %d tasks", len(b.events), workers*slots)
	}
	t.Logf("%d warnings", len(log))
}
