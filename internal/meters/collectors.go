package meters

import (
	"github.com/prometheus/client_golang/prometheus"

	"eisweep/sim"
)

// collectors are several collectors as one.
type collectors []prometheus.Collector

// Describe implements prometheus.Collector.
func (c collectors) Describe(out chan<- *prometheus.Desc) {
	for _, one := range c {
		one.Describe(out)
	}
}

// Collect implements prometheus.Collector.
func (c collectors) Collect(out chan<- prometheus.Metric) {
	for _, one := range c {
		one.Collect(out)
	}
}

// newTaskSeconds makes a histogram for each experiment.
func newTaskSeconds(name, help string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: taskSeconds}, []string{"experiment"})
	for _, e := range sim.Experiments() {
		h.WithLabelValues(string(e))
	}
	return h
}
