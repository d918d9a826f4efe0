package meters

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"eisweep/internal/protocol"
	"eisweep/sim"
)

// Worker counts and times what a worker does. It is safe for concurrent use.
type Worker struct {
	collectors
	outcomes *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// NewWorker makes meters at 0.
func NewWorker() *Worker {
	w := &Worker{
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "eisweep_worker_outcomes_total",
			Help: "Outcomes that this worker committed: done, or the class of the failure."}, []string{"class"}),
		seconds: newTaskSeconds("eisweep_worker_task_seconds",
			"How long the attempts of this worker took that committed a result, by experiment."),
	}
	w.outcomes.WithLabelValues(done)
	for _, class := range protocol.Classes() {
		w.outcomes.WithLabelValues(string(class))
	}
	w.collectors = collectors{w.outcomes, w.seconds}
	return w
}

// Committed takes in an outcome of a task of an experiment.
func (w *Worker) Committed(e sim.Experiment, o *protocol.Outcome, took time.Duration) {
	if !o.Done() {
		w.outcomes.WithLabelValues(string(o.Class)).Inc()
		return
	}
	w.outcomes.WithLabelValues(done).Inc()
	w.seconds.WithLabelValues(string(e)).Observe(took.Seconds())
}
