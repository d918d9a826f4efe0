package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	roundTripDesc = prometheus.NewDesc("eisweep_nats_round_trip_seconds",
		"How long NATS took to answer a ping at this scrape; absent if it did not.", nil, nil)
	ordersDesc = prometheus.NewDesc("eisweep_queue_orders",
		"Orders in the queue, which no worker has claimed; absent if NATS did not answer.", nil, nil)
	orderAgeDesc = prometheus.NewDesc("eisweep_queue_oldest_order_age_seconds",
		"The age of the oldest order in the queue; 0 if it is empty, absent if NATS did not answer.", nil, nil)

	storageUpDesc = prometheus.NewDesc("eisweep_storage_up", "1 if the root's storage answered at this scrape.", nil, nil)
	freeBytesDesc = prometheus.NewDesc("eisweep_storage_free_bytes",
		"What the coordinator's user may still store on the root's file system; absent if the storage did not answer.", nil, nil)
	freeFilesDesc = prometheus.NewDesc("eisweep_storage_free_files",
		"How many more files the root's file system takes; absent if it did not answer, or has no such limit.", nil, nil)
)

// scrapeTimeout is how long a scrape waits for NATS, and for the storage.
const scrapeTimeout = 3 * time.Second

// queueMetrics collects what NATS answers.
type queueMetrics struct{ *Coordinator }

// Describe implements prometheus.Collector.
func (queueMetrics) Describe(out chan<- *prometheus.Desc) {
	describe(out, roundTripDesc, ordersDesc, orderAgeDesc)
}

// Collect implements prometheus.Collector.
func (m queueMetrics) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	took, err := m.Queue.RoundTrip(ctx)
	if err != nil {
		return
	}
	gauge(out, roundTripDesc, took.Seconds())
	orders, since, err := m.Queue.Oldest(ctx)
	if err != nil {
		return
	}
	age := 0.0
	if !since.IsZero() {
		age = max(0, time.Since(since).Seconds())
	}
	gauge(out, ordersDesc, float64(orders))
	gauge(out, orderAgeDesc, age)
}

// storageMetrics collects what the storage answers.
type storageMetrics struct{ *Coordinator }

// space is what the storage answered.
type space struct {
	bytes, files, saved int64
	unsaved             time.Duration
}

// Describe implements prometheus.Collector.
func (storageMetrics) Describe(out chan<- *prometheus.Desc) {
	describe(out, storageUpDesc, freeBytesDesc, freeFilesDesc, checkpointAgeDesc, checkpointBytesDesc)
}

// Collect implements prometheus.Collector. While the storage does not answer, scrapes share one request.
func (m storageMetrics) Collect(out chan<- prometheus.Metric) {
	var s *space
	select {
	case answer := <-m.storage.DoChan("", func() (any, error) { return m.look() }):
		s, _ = answer.Val.(*space)
	case <-time.After(scrapeTimeout):
	}
	if s == nil {
		gauge(out, storageUpDesc, 0)
		return
	}
	gauge(out, storageUpDesc, 1)
	gauge(out, freeBytesDesc, float64(s.bytes))
	if s.files < unlimited {
		gauge(out, freeFilesDesc, float64(s.files))
	}
	gauge(out, checkpointAgeDesc, s.unsaved.Seconds())
	gauge(out, checkpointBytesDesc, float64(s.saved))
}

func (m storageMetrics) look() (*space, error) {
	var s space
	var err error
	if s.bytes, s.files, err = m.Root.Space(); err != nil {
		return nil, err
	}
	s.unsaved, s.saved = m.State.Checkpoints()
	m.Settled.Look()
	return &s, nil
}
