package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
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

// move leads to another server.
func (g *gate) move(to *natsserver.Server) {
	g.mu.Lock()
	g.server = to
	g.mu.Unlock()
	g.set(false)
}

// stopped is a runner that computes until it is stopped, and tells why. It leaves a checkpoint.
func stopped(begun chan<- bool, ended chan<- error) runnerFunc {
	return func(ctx context.Context, job *Job, _ func(sim.Progress)) (results.Receipt, error) {
		job.Checkpoints.save(&counter{done: 5})
		begun <- true
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return results.Receipt{}, ctx.Err()
	}
}

// until makes a result when it is told to, and an error if it is stopped before.
func until(begun chan<- bool, end <-chan bool) runnerFunc {
	return func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		begun <- true
		select {
		case <-end:
			return leave(ctx, job, observe)
		case <-ctx.Done():
			return results.Receipt{}, ctx.Err()
		}
	}
}

// nothingLeft checks that attempts have left nothing but logs.
func (b *bench) nothingLeft() {
	b.Helper()
	if names := append(b.left("incoming"), b.left("checkpoints")...); len(names) > 0 {
		b.Errorf("files remain: %v", names)
	}
}

// A worker that was cut off until its result was there commits it when it is back.
func TestWorkerThatWasCutOffCommitsItsResult(t *testing.T) {
	b := newBench(t, time.Minute)
	line := &gate{server: b.server}
	begun, end := make(chan bool, 1), make(chan bool)
	w := b.start(until(begun, end), func(c *Config) { c.Queue, c.MaxTasks = b.through(line), 1 })
	b.publish(task(1))
	receive(b, begun)
	line.set(true)
	close(end)
	line.set(false)
	if o := receive(b, b.outcomes); !o.Done() {
		t.Errorf("outcome %+v", o.Outcome)
	}
	receive(b, w.Done())
}

// A worker that was cut off, and comes back when its attempt has been ended, stops it and leaves the
// one that followed alone.
func TestWorkerThatWasCutOffStopsWhatAnotherDoes(t *testing.T) {
	b := newBench(t, time.Minute)
	line := &gate{server: b.server}
	begun, ended := make(chan bool, 1), make(chan error, 1)
	var said strings.Builder
	w := b.start(stopped(begun, ended), func(c *Config) {
		c.Queue, c.Name, c.Log = b.through(line), "cut off", slog.New(slog.NewTextHandler(&said, nil))
	})
	o := task(1)
	b.publish(o)
	receive(b, begun)
	line.set(true)
	token := b.end(o)
	check(t, b.queue.PurgeTasks(deadline(t)))
	b.again(o, token)
	rival := b.claim()
	line.set(false)
	if cause := receive(b, ended); !errors.Is(cause, errOver) {
		t.Errorf("ended by %v", cause)
	}
	b.drained(w)
	b.nothingLeft()
	if log := said.String(); !strings.Contains(log, "an attempt was stopped") || !strings.Contains(log, o.ID.String()) {
		t.Errorf("the worker's log does not report it:\n%s", log)
	}
	if over, err := rival.IsOver(deadline(t)); over || err != nil {
		t.Errorf("the other attempt is over: %v, %v", over, err)
	}
	b.fail(rival)
}

// A worker that comes back before anybody else has claimed its task goes on with the attempt that was ended,
// and keeps its checkpoint, until it is told to stop.
func TestWorkerThatWasCutOffGoesOnWithWhatNobodyElseDoes(t *testing.T) {
	b := newBench(t, time.Minute)
	line := &gate{server: b.server}
	begun, end := make(chan bool, 1), make(chan bool)
	o := task(1)
	lookups, reports := b.lookups(o), b.reports(o)
	w := b.start(until(begun, end), func(c *Config) { c.Queue, c.MaxTasks = b.through(line), 1 })
	b.publish(o)
	receive(b, begun)
	line.set(true)
	token := b.end(o)
	for len(lookups) > 0 {
		<-lookups
	}
	line.set(false)
	receive(b, lookups)
	for len(reports) > 0 {
		<-reports
	}
	receive(b, reports) // after the answer, or before it
	receive(b, reports)
	close(end) // it was not stopped, or there is no result
	if o := receive(b, b.outcomes); !o.Done() || o.Token != token {
		t.Errorf("outcome %+v", o.Outcome)
	}
	receive(b, w.Done())
}

// ordered is how a coordinator has an attempt stopped.
func (b *bench) ordered(e queue.Entry) {
	b.Helper()
	check(b, b.queue.SendCommand("worker", protocol.Command{Verb: protocol.Stop, ID: e.ID, Run: e.Run, Token: e.Token}))
}

// An attempt is stopped when the register says that it is over, and no one may say so instead.
func TestStopIsCheckedInTheRegister(t *testing.T) {
	b := newBench(t, time.Minute)
	begun, ended, end := make(chan bool, 2), make(chan error, 1), make(chan bool)
	over, alive := task(1), task(2)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		if job.Task.ID == alive.ID {
			return until(begun, end)(ctx, job, observe)
		}
		return stopped(begun, ended)(ctx, job, observe)
	}, func(c *Config) { c.Slots = 2 })
	b.publish(alive, over)
	receive(b, begun)
	receive(b, begun)
	lookups, reports := b.lookups(alive), b.reports(alive)
	e := b.event(alive, protocol.EventStarted)
	b.ordered(e)
	receive(b, lookups)
	for len(reports) > 0 {
		<-reports
	}
	receive(b, reports) // after the answer, or before it
	receive(b, reports)
	close(end) // it was not stopped, or there is no result

	result := b.root.Incoming(alive.ID, 1, e.Token)
	e.ID, e.Token = over.ID, b.end(over)
	b.ordered(e)
	if cause := receive(b, ended); !errors.Is(cause, errOver) {
		t.Errorf("ended by %v", cause)
	}
	if o := receive(b, b.outcomes); o.ID != alive.ID || !o.Done() {
		t.Errorf("outcome %+v", o.Outcome)
	}
	b.drained(w)
	if last, err := b.queue.Register.Last(
		deadline(t),
		protocol.Attempt{ID: over.ID, Run: 1},
	); err != nil ||
		last.Event != protocol.EventEnded {
		t.Errorf("the register says %+v, %v", last, err)
	}
	check(t, os.Remove(result))
	b.nothingLeft()
}

// lookups are the questions about a task to the register, from now on.
func (b *bench) lookups(o protocol.TaskMessage) <-chan bool {
	b.Helper()
	conn, err := nats.Connect("", nats.InProcessServer(b.server))
	check(b, err)
	b.Cleanup(conn.Close)
	seen := make(chan bool, 100)
	_, err = conn.Subscribe("$JS.API.DIRECT.GET.>", func(m *nats.Msg) {
		if strings.Contains(m.Subject, o.ID.String()) {
			seen <- true
		}
	})
	check(b, err)
	check(b, conn.Flush())
	return seen
}

// reports are those on an attempt's progress, from now on.
func (b *bench) reports(o protocol.TaskMessage) <-chan protocol.Progress {
	b.Helper()
	seen := make(chan protocol.Progress, 1000)
	stop, err := b.queue.Progress(func(p protocol.Progress) {
		if p.ID == o.ID {
			seen <- p
		}
	})
	check(b, err)
	b.Cleanup(stop)
	return seen
}

// A coordinator that finds an empty register says hello, and gets its attempts entered again.
func TestAttemptsAreEnteredAgain(t *testing.T) {
	b := newBench(t, time.Minute)
	begun, end := make(chan bool, 1), make(chan bool)
	b.start(until(begun, end))
	o := task(1)
	b.publish(o)
	receive(b, begun)
	first := b.event(o, protocol.EventStarted)
	check(t, b.queue.Register.Purge(deadline(t)))
	check(t, b.queue.SayHello())
	if again := b.event(o, protocol.EventStarted); again.Token != first.Token || again.Sequence == first.Sequence {
		t.Errorf("first %+v, again %+v", first, again)
	}
	close(end)
	if o := receive(b, b.outcomes); !o.Done() || o.Token != first.Token {
		t.Errorf("outcome %+v", o.Outcome)
	}
}

// A stalled attempt is given up even if its computation doesn't end.
func TestStalledTaskIsReturned(t *testing.T) {
	b := newBench(t, 10*time.Second)
	hangs := make(chan bool)
	w := b.start(func(ctx context.Context, job *Job, observe func(sim.Progress)) (results.Receipt, error) {
		job.Checkpoints.save(&counter{done: 5})
		<-hangs
		return results.Receipt{}, ctx.Err()
	}, func(c *Config) { c.StallTimeout = 50 * time.Millisecond })
	o := task(1)
	b.publish(o)
	if e := b.event(o, protocol.EventReturned); e.Class != protocol.Lost || !strings.Contains(e.Error, "no progress for 50ms") {
		t.Errorf("event %+v", e.AttemptEvent)
	}
	b.until("the attempt is no longer listed", func() bool { return len(w.attempts.names()) == 0 })
	close(hangs)
	b.drained(w)
	if names := b.left("checkpoints"); len(names) != 1 || len(b.left("incoming")) > 0 {
		t.Errorf("checkpoints %v, incoming %v", names, b.left("incoming"))
	}
}

// A thousand slots of ten workers claim each task once.
func TestThousandSlotsClaimEachTaskOnce(t *testing.T) {
	b := newBench(t, time.Minute)
	const workers, slots = 10, 100
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
		}, func(c *Config) { c.Queue, c.Name, c.Slots = q, fmt.Sprintf("worker-%d", i), slots })
	}
	orders := make([]protocol.TaskMessage, workers*slots)
	for i := range orders {
		orders[i] = task(i)
	}
	b.publish(orders...)
	for range orders {
		receive(b, begun)
	}
	cancel()
	for range orders {
		if o := receive(b, b.outcomes); !o.Done() {
			t.Errorf("outcome %+v", o.Outcome)
		}
	}
	if len(begun) > 0 || len(b.outcomes) > 0 {
		t.Errorf("%d tasks too many were begun, %d ended", len(begun), len(b.outcomes))
	}
	b.queued(0)
}
