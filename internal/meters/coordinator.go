package meters

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"eisweep/internal/events"
	"eisweep/internal/protocol"
	"eisweep/sim"
)

// The ends of attempts.
const (
	committed = "committed"
	returned  = "returned"
	takenOver = "taken_over"
	refused   = "refused"
	failed    = "failed"
)

// done is in place of a class for tasks that have a result.
const done = "done"

// taskSeconds are the upper bounds of the histograms of task seconds: from a second to a day.
var taskSeconds = []float64{1, 3, 10, 30, 60, 180, 600, 1800, 3600, 3 * 3600, 10 * 3600, 24 * 3600}

// Coordinator counts and times what a coordinator does. It is safe for concurrent use.
type Coordinator struct {
	collectors
	attempts   *prometheus.CounterVec
	outcomes   *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	heartbeats prometheus.Counter
	writes     prometheus.Histogram
	last       prometheus.Gauge
}

// NewCoordinator makes meters at 0.
func NewCoordinator() *Coordinator {
	c := &Coordinator{
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "eisweep_attempts_ended_total",
			Help: "Attempts by how they ended, and by the class of the failure if they failed."}, []string{"end", "class"}),
		outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "eisweep_outcomes_total",
			Help: "Tasks that were settled, as done or by the class of their failure."}, []string{"class"}),
		seconds: newTaskSeconds("eisweep_task_seconds",
			"How long tasks that are done took to compute, in all attempts, by experiment."),
		heartbeats: prometheus.NewCounter(prometheus.CounterOpts{Name: "eisweep_worker_heartbeats_lost_total",
			Help: "How often a worker's heartbeat was lost."}),
		writes: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "eisweep_storage_write_seconds",
			Help:    "How long the coordinator's durable writes of names and manifest lines took, one for each sweep and flush.",
			Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10, 30, 100}}),
		last: prometheus.NewGauge(prometheus.GaugeOpts{Name: "eisweep_last_outcome_timestamp_seconds",
			Help: "When a task was last settled, as Unix time; 0 if none was since the process started."}),
	}
	for _, end := range []string{committed, returned, takenOver, refused} {
		c.attempts.WithLabelValues(end, "")
	}
	c.outcomes.WithLabelValues(done)
	for _, class := range protocol.Classes() {
		c.attempts.WithLabelValues(failed, string(class))
		c.outcomes.WithLabelValues(string(class))
	}
	c.collectors = collectors{c.attempts, c.outcomes, c.seconds, c.heartbeats, c.writes, c.last}
	return c
}

// Count counts an event.
func (c *Coordinator) Count(e *events.Event) {
	switch e.Kind {
	case events.AttemptFinished:
		c.attempts.WithLabelValues(committed, "").Inc()
		c.settled(done)
	case events.TaskFailed:
		if e.Token != "" {
			c.attempts.WithLabelValues(failed, classOf(e)).Inc()
		}
		c.settled(classOf(e))
	case events.AttemptFailed:
		c.attempts.WithLabelValues(failed, classOf(e)).Inc()
	case events.AttemptTakenOver:
		c.attempts.WithLabelValues(takenOver, "").Inc()
	case events.AttemptReturned:
		end := returned
		if e.Crowded { // any number of orders may be refused for lack of memory
			end = refused
		}
		c.attempts.WithLabelValues(end, "").Inc()
	case events.WorkerSilent:
		c.heartbeats.Inc()
	}
}

// classOf is the class of a failure. One that this program does not know, of a newer worker, counts as lost.
func classOf(e *events.Event) string {
	if slices.Contains(protocol.Classes(), e.Class) {
		return string(e.Class)
	}
	return string(protocol.Lost)
}

func (c *Coordinator) settled(class string) {
	c.outcomes.WithLabelValues(class).Inc()
	c.last.SetToCurrentTime()
}

// TaskDone takes in how long a result took to compute.
func (c *Coordinator) TaskDone(e sim.Experiment, took time.Duration) {
	c.seconds.WithLabelValues(string(e)).Observe(took.Seconds())
}

// Wrote takes in how long a durable write took.
func (c *Coordinator) Wrote(took time.Duration) { c.writes.Observe(took.Seconds()) }
