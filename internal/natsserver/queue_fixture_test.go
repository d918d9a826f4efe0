package natsserver_test

import (
	"context"
	"encoding/binary"
	"log/slog"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sim"
	"eisweep/sweeps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testRoot = "abcdefghijk2"

// deadline bounds every wait of a test. It is no measure of speed.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}

func startServer(t testing.TB, dir string) *natsserver.Server {
	t.Helper()
	s, err := natsserver.Start(natsserver.Options{StoreDir: dir, Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// open opens the queue of a server as the coordinator.
func open(t testing.TB, o queue.Options) *queue.Queue {
	t.Helper()
	o.RootID, o.Create, o.AckWait, o.Log = testRoot, true, 10*time.Second, testLog(t)
	q, err := queue.Open(deadline(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q
}

func testTasks(sweep string, from, n int) []protocol.Task {
	tasks := make([]protocol.Task, n)
	for i := range tasks {
		var id sweeps.ID
		binary.BigEndian.PutUint64(id[:], uint64(from+i)+1)
		tasks[i] = protocol.Task{ID: id, Run: 1, Sweep: sweep, Experiment: sim.Approximate, Seed: uint32(from + i)}
	}
	return tasks
}

// publish opens a sweep and queues tasks of it.
func publish(t testing.TB, q *queue.Queue, sweep string, tasks []protocol.Task) {
	t.Helper()
	if err := q.OpenSweep(deadline(t), sweep); err != nil {
		t.Fatal(err)
	}
	queued, err := q.Publish(deadline(t), tasks)
	if err != nil || slices.Contains(queued, false) {
		t.Fatalf("queued %v, %v", queued, err)
	}
}

func next(t testing.TB, q *queue.Queue, sweep string) *queue.Delivery {
	t.Helper()
	d, err := q.Next(deadline(t), func() []string { return []string{sweep} })
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// begin announces the first attempt at a task.
func begin(t testing.TB, d *queue.Delivery) {
	t.Helper()
	if got, err := d.Start(deadline(t), "worker", "host"); err != nil || got != 1 {
		t.Fatalf("attempt %d, %v; want 1", got, err)
	}
}

// fail commits a failure as the outcome of a task.
func fail(t testing.TB, d *queue.Delivery) {
	t.Helper()
	now := time.Now()
	won, err := d.Commit(deadline(t), protocol.Outcome{Attempt: 1, Class: protocol.Numeric, Error: "r_e is not finite", Started: now, Finished: now})
	if err != nil || !won {
		t.Fatalf("commit: won %v, %v", won, err)
	}
}

// receive waits for the next outcome.
func receive(t testing.TB, outcomes <-chan queue.OutcomeDelivery) queue.OutcomeDelivery {
	t.Helper()
	select {
	case o := <-outcomes:
		return o
	case <-deadline(t).Done():
		t.Fatal("no outcome came")
	}
	return queue.OutcomeDelivery{}
}
