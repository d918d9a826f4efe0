package telemetry

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/singleflight"

	"eisweep/internal/control"
	"eisweep/internal/meters"
)

// State is a coordinator as its metrics see it.
type State interface {
	Snapshot() control.Snapshot
	Workers() control.Workers
	// Failed returns why the coordinator cannot continue; when ctx ends, nil.
	Failed(ctx context.Context) error
	// Meters are what the coordinator counts and times.
	Meters() *meters.Coordinator
	// Checkpoints returns how old the work is that running tasks have not saved, and the bytes of what they have saved.
	Checkpoints() (oldest time.Duration, bytes int64)
}

// Queue is the queue of a coordinator, and its connection.
type Queue interface {
	NATS
	// Oldest returns how many orders wait to be claimed, and since when the oldest does; zero if there are none.
	Oldest(ctx context.Context) (orders int, since time.Time, err error)
}

// Coordinator is the process of a coordinator. It implements Process.
type Coordinator struct {
	State   State
	Queue   Queue
	Root    Root
	Settled *Settled // sweeps that were settled before the coordinator started
	Version string   // of the program

	storage singleflight.Group
}

// Alive implements Process: the coordinator's lock can be taken.
func (c *Coordinator) Alive() error {
	_ = c.failure() // if it cannot continue, it is still alive: the process then ends by itself
	return nil
}

// Ready implements Process.
func (c *Coordinator) Ready() error {
	if c.failure() != nil {
		return errFailed
	}
	return checkSurroundings(c.Queue, c.Root)
}

// failure is why the coordinator cannot continue; nil if it can.
func (c *Coordinator) failure() error {
	now, cancel := context.WithCancel(context.Background())
	cancel()
	return c.State.Failed(now)
}

var errFailed = errors.New("the coordinator cannot continue; its log says why")

// Registry returns a registry with the metrics of the coordinator, of its process and of Go's runtime.
func (c *Coordinator) Registry() *prometheus.Registry {
	r := newRegistry(c.Version)
	r.MustRegister(standbyGauge(0), c.State.Meters(), sweepMetrics{c}, workerMetrics{c}, queueMetrics{c}, storageMetrics{c})
	return r
}

// newRegistry returns a registry with the metrics of any process of a version.
func newRegistry(version string) *prometheus.Registry {
	r := prometheus.NewRegistry()
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "eisweep_info", Help: "The program's version.",
		ConstLabels: prometheus.Labels{"version": version}})
	info.Set(1)
	r.MustRegister(info, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// describe sends descriptions.
func describe(out chan<- *prometheus.Desc, list ...*prometheus.Desc) {
	for _, d := range list {
		out <- d
	}
}

// gauge sends a value.
func gauge(out chan<- prometheus.Metric, d *prometheus.Desc, value float64, labels ...string) {
	out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}
