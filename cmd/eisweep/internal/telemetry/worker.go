package telemetry

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"eisweep/internal/meters"
)

// WorkerState is a worker as its metrics see it.
type WorkerState interface {
	// Load returns how many tasks run, and the memory that they take together in bytes.
	Load() (busy int, memory int64)
	// Reason says why the worker takes no more tasks; nil if it does.
	Reason() error
}

// WorkerQueue is a worker's connection.
type WorkerQueue interface {
	NATS
	// KeptRetries is how often outcomes and attempts were sent again.
	KeptRetries() int64
	// Unkept is why results that are finished cannot be committed; nil if they can.
	Unkept() error
}

// Worker is the process of a worker. It implements Process.
type Worker struct {
	State   WorkerState
	Queue   WorkerQueue
	Root    Root
	Meters  *meters.Worker
	Slots   int
	Memory  int64  // for all tasks together, in bytes; 0: any number
	Version string // of the program
}

// Alive implements Process.
func (w *Worker) Alive() error {
	w.State.Load()
	return nil
}

var (
	errDraining = errors.New("the worker takes no more tasks; its log says why")
	errUnkept   = errors.New("NATS has no room for results")
)

// Ready implements Process.
func (w *Worker) Ready() error {
	switch {
	case w.State.Reason() != nil:
		return errDraining
	case w.Queue.Unkept() != nil:
		return errUnkept
	}
	return checkSurroundings(w.Queue, w.Root)
}

// Registry returns a registry with the metrics of the worker, of its process and of Go's runtime.
func (w *Worker) Registry() *prometheus.Registry {
	r := newRegistry(w.Version)
	state := func(name, help string, value func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	state("eisweep_worker_task_slots", "Tasks that this worker can run at a time.", func() float64 { return float64(w.Slots) })
	state("eisweep_worker_busy_slots", "Tasks that this worker runs.", func() float64 {
		busy, _ := w.State.Load()
		return float64(busy)
	})
	state("eisweep_worker_memory_used_bytes", "The memory that the running tasks take, by the model's own estimate.", func() float64 {
		_, memory := w.State.Load()
		return float64(memory)
	})
	state("eisweep_worker_memory_limit_bytes", "The memory for all tasks together; 0 if there is no limit.",
		func() float64 { return float64(w.Memory) })
	r.MustRegister(w.Meters, prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "eisweep_worker_commit_retries_total",
		Help: "How often outcomes and claims were sent again, because NATS did not answer or had no room."},
		func() float64 { return float64(w.Queue.KeptRetries()) }))
	return r
}
