package telemetry

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"eisweep/internal/control"
)

// State is a coordinator as its metrics see it.
type State interface {
	Snapshot() control.Snapshot
	Workers() control.Workers
	// Failed returns why the coordinator cannot continue; when ctx ends, nil.
	Failed(ctx context.Context) error
}

// Coordinator is the process of a coordinator. It implements Process.
type Coordinator struct {
	State   State
	NATS    NATS
	Root    Root
	Version string // of the program
}

// Alive implements Process: the coordinator's lock can be taken.
func (c *Coordinator) Alive() error {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	c.State.Failed(now) // that it cannot continue is no lack of life: the process ends
	return nil
}

// Ready implements Process.
func (c *Coordinator) Ready() error {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	if c.State.Failed(now) != nil {
		return errFailed
	}
	return checkSurroundings(c.NATS, c.Root)
}

var errFailed = errors.New("the coordinator cannot continue; its log says why")

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
type metrics struct{ *Coordinator }

// Registry returns a registry with the metrics of the coordinator, of its process and of Go's runtime.
func (c *Coordinator) Registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(metrics{c}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
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
	now, pending := m.State.Snapshot(), 0
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
	connected, slots, busy := countSlots(m.State.Workers())
	gauge(workersDesc, float64(connected))
	gauge(slotsDesc, float64(slots), "all")
	gauge(slotsDesc, float64(busy), "busy")
	gauge(unansweredDesc, now.UnresponsiveFor.Seconds())
	gauge(infoDesc, 1, m.Version)
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
