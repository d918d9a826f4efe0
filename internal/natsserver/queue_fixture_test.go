package natsserver_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sim"
	"eisweep/sweeps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testRoot = "abcdefghijk2"

// open opens the queue of a server as the coordinator.
func open(t testing.TB, o queue.Options) *queue.Queue {
	t.Helper()
	o.RootID, o.Create, o.AckWait, o.Log = testRoot, true, 10*time.Second, natstest.Log(t)
	q, err := queue.Open(natstest.Deadline(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q
}

func testTasks(from, n int) []protocol.TaskMessage {
	tasks := make([]protocol.TaskMessage, n)
	for i := range tasks {
		var id sweeps.ID
		binary.BigEndian.PutUint64(id[:], uint64(from+i)+1)
		tasks[i] = protocol.TaskMessage{ID: id, Run: 1, Sweep: "quick", Attempt: 1, Experiment: sim.Approximate, Seed: uint32(from + i)}
	}
	return tasks
}

func publish(t testing.TB, q *queue.Queue, tasks []protocol.TaskMessage) {
	t.Helper()
	if n, err := q.PublishTasks(natstest.Deadline(t), tasks); err != nil || n != len(tasks) {
		t.Fatalf("queued %d, %v", n, err)
	}
}

func next(t testing.TB, q *queue.Queue) *queue.Delivery {
	t.Helper()
	d, err := q.Next(natstest.Deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// begin claims a task.
func begin(t testing.TB, d *queue.Delivery) *queue.Attempt {
	t.Helper()
	verdict, a, err := d.Admit(natstest.Deadline(t), "worker", "host")
	if err != nil || verdict != queue.Execute {
		t.Fatalf("verdict %v, %v", verdict, err)
	}
	return a
}

// fail commits a failure as the outcome of a task.
func fail(t testing.TB, a *queue.Attempt) {
	t.Helper()
	now := time.Now()
	won, err := a.Commit(
		natstest.Deadline(t),
		protocol.Outcome{Class: protocol.Numeric, Error: "r_e is not finite", Started: now, Finished: now},
	)
	if err != nil || !won {
		t.Fatalf("commit: won %v, %v", won, err)
	}
}

// counts fails the test unless so many orders wait, soon.
func counts(t testing.TB, q *queue.Queue, want int) {
	t.Helper()
	var n int
	var err error
	natstest.Until(t, fmt.Sprintf("%d orders wait", want), func() bool {
		n, err = q.CountTasks(natstest.Deadline(t))
		return err == nil && n == want
	}, func() string { return fmt.Sprintf("%d, %v", n, err) })
}
