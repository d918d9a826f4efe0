package queue

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"eisweep/internal/natstest"
	"eisweep/internal/protocol"
)

func BenchmarkPublish(b *testing.B) {
	q := open(b, natstest.StartEmbedded(b, b.TempDir()))
	made := 0
	for b.Loop() {
		if _, err := q.PublishTasks(context.Background(), testTasks(made, batchSize)); err != nil {
			b.Fatal(err)
		}
		made += batchSize
	}
	b.ReportMetric(float64(made)/b.Elapsed().Seconds(), "tasks/s")
}

// BenchmarkCycle is the way of tasks that take no time, through two slots.
func BenchmarkCycle(b *testing.B) {
	q := open(b, natstest.StartEmbedded(b, b.TempDir()))
	begun := cpuTime(b)
	for b.Loop() {
		if _, err := q.PublishTasks(b.Context(), testTasks(0, 2*batchSize)); err != nil {
			b.Fatal(err)
		}
		stop, err := q.Outcomes(b.Context(), func(o OutcomeDelivery) { _ = o.Ack() })
		if err != nil {
			b.Fatal(err)
		}
		var slots sync.WaitGroup
		for range 2 {
			slots.Go(func() { cycle(b, q, batchSize) })
		}
		slots.Wait()
		stop()
		if err := errors.Join(purge(b.Context(), q.Conn, q.outcomes), q.Register.Purge(b.Context())); err != nil {
			b.Fatal(err)
		}
	}
	tasks := float64(b.N * 2 * batchSize)
	b.ReportMetric(tasks/b.Elapsed().Seconds(), "tasks/s")
	b.ReportMetric(float64(cpuTime(b)-begun)/1e3/tasks, "cpu-µs/task")
}

// cpuTime is what this process has used of the processors: on a busy machine it
// tells more than the time that passed.
func cpuTime(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func cycle(b *testing.B, q *Queue, n int) {
	for range n {
		d, err := q.Next(b.Context())
		if err != nil {
			b.Error(err)
			return
		}
		_, a, err := d.Admit(b.Context(), "worker", "host")
		if err != nil || a == nil {
			b.Errorf("attempt %v, %v", a, err)
			return
		}
		if won, err := a.Commit(b.Context(), failure(protocol.Outcome{})); !won || err != nil {
			b.Errorf("won %v, %v", won, err)
		}
	}
}
