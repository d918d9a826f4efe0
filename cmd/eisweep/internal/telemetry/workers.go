package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"
)

var (
	workersDesc      = prometheus.NewDesc("eisweep_workers", "Connected workers.", nil, nil)
	silentDesc       = prometheus.NewDesc("eisweep_workers_silent", "Workers whose heartbeat is lost, and that have not left.", nil, nil)
	otherVersionDesc = prometheus.NewDesc("eisweep_workers_other_version",
		"Connected workers whose program is of another version than the coordinator's.", nil, nil)
	slotsDesc = prometheus.NewDesc("eisweep_worker_slots", "Slots of the connected workers, and those that run a task.",
		[]string{"state"}, nil)
	checkpointAgeDesc = prometheus.NewDesc("eisweep_checkpoint_age_seconds",
		"The time since the last checkpoint, or the start, of the running task that has gone for longest without one; 0 if none runs.", nil, nil)
	checkpointBytesDesc = prometheus.NewDesc("eisweep_checkpoint_bytes", "The size of the running tasks' checkpoints.", nil, nil)
)

// workerMetrics collects the counts of workers.
type workerMetrics struct{ *Coordinator }

// Describe implements prometheus.Collector.
func (workerMetrics) Describe(out chan<- *prometheus.Desc) {
	describe(out, workersDesc, silentDesc, otherVersionDesc, slotsDesc)
}

// Collect implements prometheus.Collector.
func (m workerMetrics) Collect(out chan<- prometheus.Metric) {
	connected, silent, others, slots, busy := 0, 0, 0, 0, 0
	list := m.State.Workers().Workers
	for i := range list {
		switch w := &list[i]; {
		case w.Ended:
		case w.Silent:
			silent++
		default:
			connected, slots, busy = connected+1, slots+w.Slots, busy+w.Busy
			if w.Version != m.Version {
				others++
			}
		}
	}
	gauge(out, workersDesc, float64(connected))
	gauge(out, silentDesc, float64(silent))
	gauge(out, otherVersionDesc, float64(others))
	gauge(out, slotsDesc, float64(slots), "all")
	gauge(out, slotsDesc, float64(busy), "busy")
}
