package natsserver_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
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

func testTasks(from, n int) []protocol.Task {
	tasks := make([]protocol.Task, n)
	for i := range tasks {
		var id sweeps.ID
		binary.BigEndian.PutUint64(id[:], uint64(from+i)+1)
		tasks[i] = protocol.Task{ID: id, Run: 1, Sweep: "quick", Attempt: 1, Experiment: sim.Approximate, Seed: uint32(from + i)}
	}
	return tasks
}

func publish(t testing.TB, q *queue.Queue, tasks []protocol.Task) {
	t.Helper()
	if n, err := q.PublishTasks(deadline(t), tasks); err != nil || n != len(tasks) {
		t.Fatalf("queued %d, %v", n, err)
	}
}

func next(t testing.TB, q *queue.Queue) *queue.Delivery {
	t.Helper()
	d, err := q.Next(deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// begin claims a task.
func begin(t testing.TB, d *queue.Delivery) *queue.Attempt {
	t.Helper()
	verdict, a, err := d.Admit(deadline(t), "worker", "host")
	if err != nil || verdict != queue.Execute {
		t.Fatalf("verdict %v, %v", verdict, err)
	}
	return a
}

// fail commits a failure as the outcome of a task.
func fail(t testing.TB, a *queue.Attempt) {
	t.Helper()
	now := time.Now()
	won, err := a.Commit(deadline(t), protocol.Outcome{Class: protocol.Numeric, Error: "r_e is not finite", Started: now, Finished: now})
	if err != nil || !won {
		t.Fatalf("commit: won %v, %v", won, err)
	}
}

// counts fails the test unless so many orders wait, soon.
func counts(t testing.TB, q *queue.Queue, want int) {
	t.Helper()
	until(t, func() string {
		n, err := q.CountTasks(deadline(t))
		if err == nil && n == want {
			return ""
		}
		return fmt.Sprintf("%d orders wait, %v; want %d", n, err, want)
	})
}

// until looks again and again until there is nothing to tell, and fails the test when it takes too long.
func until(t testing.TB, missing func() string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx := deadline(t); ; {
		what := missing()
		if what == "" {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal(what)
		}
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
