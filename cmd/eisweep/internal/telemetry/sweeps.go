package telemetry

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"eisweep/internal/control"
)

// How many sweeps have series of their own. Of settled ones, finished or cancelled, these are the latest.
const (
	mostUnsettled = 200
	mostSettled   = 50
)

// others is the name in place of the sweeps that have no series of their own. No sweep can have it.
const others = "(others)"

var (
	tasksDesc = prometheus.NewDesc("eisweep_tasks",
		"Tasks of a sweep's latest launch by state; workers can fetch queued ones. The sweep (others) sums those without series of their own.",
		[]string{"sweep", "state"}, nil)
	pendingDesc = prometheus.NewDesc("eisweep_tasks_pending",
		"Tasks that run or could run now: the number of slots that would be busy if there were enough.", nil, nil)
	statusDesc = prometheus.NewDesc("eisweep_sweep_status", "1 for the status that a sweep has.", []string{"sweep", "status"}, nil)
	sweepsDesc = prometheus.NewDesc("eisweep_sweeps", "Sweeps by status.", []string{"status"}, nil)
	asideDesc  = prometheus.NewDesc("eisweep_sweeps_set_aside",
		"Sweeps whose files cannot be read or written until something is repaired.", nil, nil)
	unansweredDesc = prometheus.NewDesc("eisweep_nats_unanswered_seconds",
		"How long NATS has not answered the coordinator; 0 while it does.", nil, nil)
	limitedDesc = prometheus.NewDesc("eisweep_nats_limited",
		"1 while orders wait because a limit of the NATS account or server is reached.", nil, nil)
)

// sweepMetrics collects what a snapshot says.
type sweepMetrics struct{ *Coordinator }

// Describe implements prometheus.Collector.
func (sweepMetrics) Describe(out chan<- *prometheus.Desc) {
	describe(out, tasksDesc, pendingDesc, statusDesc, sweepsDesc, asideDesc, unansweredDesc, limitedDesc)
}

// Collect implements prometheus.Collector.
func (m sweepMetrics) Collect(out chan<- prometheus.Metric) {
	now := m.State.Snapshot()
	pending := len(now.Running)
	for i := range now.Sweeps {
		if s := &now.Sweeps[i]; s.Status == control.Open || s.Status == "" {
			pending += s.Pending
		}
	}
	gauge(out, pendingDesc, float64(pending))
	gauge(out, asideDesc, float64(len(now.Faults)))
	limited := 0.0
	if now.Limit != "" {
		limited = 1
	}
	gauge(out, unansweredDesc, now.UnresponsiveFor.Seconds())
	gauge(out, limitedDesc, limited)
	collectSweeps(out, append(m.Settled.Except(now.Sweeps), now.Sweeps...))
}

// collectSweeps sends what is known of sweeps in the order of their launches.
func collectSweeps(out chan<- prometheus.Metric, list []control.SweepState) {
	statuses := map[control.Status]int{control.Open: 0, control.Paused: 0, control.Cancelled: 0, control.Finished: 0}
	var rest control.Progress
	unsettled, settled := 0, 0
	for i := range slices.Backward(list) {
		s := &list[i]
		if s.Status == "" {
			s.Status = control.Open
		}
		statuses[s.Status]++
		count, most := &unsettled, mostUnsettled
		if isSettled(s.Status) {
			count, most = &settled, mostSettled
		}
		if *count++; *count > most {
			add(&rest, &s.Progress)
			continue
		}
		gauge(out, statusDesc, 1, s.Name, string(s.Status))
		collectTasks(out, s.Name, &s.Progress)
	}
	for status, n := range statuses {
		gauge(out, sweepsDesc, float64(n), string(status))
	}
	if unsettled > mostUnsettled || settled > mostSettled {
		collectTasks(out, others, &rest)
	}
}

func isSettled(s control.Status) bool { return s == control.Finished || s == control.Cancelled }

// add adds tasks to a sum.
func add(sum, p *control.Progress) {
	sum.Done, sum.Failed, sum.Running = sum.Done+p.Done, sum.Failed+p.Failed, sum.Running+p.Running
	sum.Pending, sum.Waiting = sum.Pending+p.Pending, sum.Waiting+p.Waiting
}

// collectTasks sends the tasks of a sweep by state.
func collectTasks(out chan<- prometheus.Metric, sweep string, p *control.Progress) {
	gauge(out, tasksDesc, float64(p.Done), sweep, "done")
	gauge(out, tasksDesc, float64(p.Failed), sweep, "failed")
	gauge(out, tasksDesc, float64(p.Running), sweep, "running")
	gauge(out, tasksDesc, float64(p.Pending), sweep, "queued")
	gauge(out, tasksDesc, float64(p.Waiting), sweep, "waiting")
}
