package daemon

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"eisweep/internal/control"
)

// state is what the metrics are computed from.
type state interface {
	Snapshot() control.Snapshot
	Workers() control.Workers
}

var (
	tasksDesc = prometheus.NewDesc("eisweep_tasks",
		"Tasks of a sweep's latest launch by state; workers can fetch queued ones.", []string{"sweep", "state"}, nil)
	pendingDesc = prometheus.NewDesc("eisweep_tasks_pending",
		"Tasks that run or could run now: the number of slots that would be busy if there were enough.", nil, nil)
	workersDesc = prometheus.NewDesc("eisweep_workers", "Connected workers.", nil, nil)
	slotsDesc   = prometheus.NewDesc("eisweep_worker_slots", "Slots of the connected workers, and those that run a task.",
		[]string{"state"}, nil)
	unansweredDesc = prometheus.NewDesc("eisweep_nats_unanswered_seconds",
		"How long NATS has not answered the coordinator; 0 while it does.", nil, nil)
	infoDesc = prometheus.NewDesc("eisweep_info", "The program's version.", []string{"version"}, nil)
)

// metrics collects the counts of tasks and workers from one snapshot per scrape.
type metrics struct {
	from    state
	version string
}

// newRegistry returns a registry with the metrics of a coordinator, of its process and of Go's runtime.
func newRegistry(from state, version string) *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(metrics{from, version}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Describe implements prometheus.Collector.
func (metrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{tasksDesc, pendingDesc, workersDesc, slotsDesc, unansweredDesc, infoDesc} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (m metrics) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	now, pending := m.from.Snapshot(), 0
	for i := range now.Sweeps {
		s := &now.Sweeps[i]
		gauge(tasksDesc, float64(s.Done), s.Name, "done")
		gauge(tasksDesc, float64(s.Failed), s.Name, "failed")
		gauge(tasksDesc, float64(s.Running), s.Name, "running")
		gauge(tasksDesc, float64(s.Pending), s.Name, "queued")
		gauge(tasksDesc, float64(s.Waiting), s.Name, "waiting")
		if s.Status == control.Open || s.Status == "" {
			pending += s.Pending
		}
	}
	gauge(pendingDesc, float64(pending+len(now.Running)))
	connected, slots, busy := countSlots(m.from.Workers())
	gauge(workersDesc, float64(connected))
	gauge(slotsDesc, float64(slots), "all")
	gauge(slotsDesc, float64(busy), "busy")
	gauge(unansweredDesc, now.UnresponsiveFor.Seconds())
	gauge(infoDesc, 1, m.version)
}

// countSlots counts the connected workers, their slots, and the slots that run a task.
func countSlots(w control.Workers) (connected, slots, busy int) {
	for i := range w.Workers {
		if w := &w.Workers[i]; !w.Silent {
			connected, slots, busy = connected+1, slots+w.Slots, busy+w.Busy
		}
	}
	return connected, slots, busy
}
