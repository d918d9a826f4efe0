package telemetry

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"eisweep/internal/meters"
	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/sim"
)

// fixedWorker is a worker that runs two tasks.
type fixedWorker struct{ reason, unkept error }

func (fixedWorker) Load() (busy int, memory int64)                   { return 2, 1 << 20 }
func (f fixedWorker) Reason() error                                  { return f.reason }
func (f fixedWorker) Unkept() error                                  { return f.unkept }
func (fixedWorker) KeptRetries() int64                               { return 7 }
func (fixedWorker) RoundTrip(context.Context) (time.Duration, error) { return time.Millisecond, nil }

// workerOf is the process of a worker with that state.
func workerOf(f fixedWorker) *Worker {
	return &Worker{State: f, Queue: f, Root: healthy, Meters: meters.NewWorker(), Slots: 4, Version: "v1"}
}

// TestAWorkerHasMetrics, and says why it is not ready.
func TestAWorkerHasMetrics(t *testing.T) {
	h, w := NewHandler(), workerOf(fixedWorker{})
	w.Meters.Committed(sim.Gradient, &protocol.Outcome{}, 20*time.Second)
	w.Meters.Committed(sim.Gradient, &protocol.Outcome{Class: protocol.Numeric}, time.Second)
	h.Serve(w, w.Registry())
	get(t, h, "/healthz", http.StatusOK)
	get(t, h, "/readyz", http.StatusOK)
	hasLines(t, get(t, h, "/metrics", http.StatusOK),
		"eisweep_worker_task_slots 4",
		"eisweep_worker_busy_slots 2",
		"eisweep_worker_memory_used_bytes 1.048576e+06",
		"eisweep_worker_memory_limit_bytes 0",
		"eisweep_worker_commit_retries_total 7",
		`eisweep_worker_outcomes_total{class="done"} 1`,
		`eisweep_worker_outcomes_total{class="numeric"} 1`,
		`eisweep_worker_outcomes_total{class="lost"} 0`,
		`eisweep_worker_task_seconds_bucket{experiment="GRADIENT",le="10"} 0`,
		`eisweep_worker_task_seconds_bucket{experiment="GRADIENT",le="30"} 1`,
		`eisweep_worker_task_seconds_count{experiment="PERTURB"} 0`,
	)
	for reason, state := range map[string]fixedWorker{
		"takes no more tasks": {reason: errors.New("drained")}, "no room for results": {unkept: natsconn.ErrLimit},
	} {
		w := workerOf(state)
		h.Serve(w, w.Registry())
		if text := get(t, h, "/readyz", http.StatusServiceUnavailable); !strings.Contains(text, reason) {
			t.Errorf("/readyz says %q, want %q", text, reason)
		}
	}
}
