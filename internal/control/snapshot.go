package control

import (
	"time"

	"eisweep/sim"
	"eisweep/sweeps"
)

// Snapshot is the progress of the launched sweeps.
type Snapshot struct {
	Elapsed   time.Duration `json:"elapsed"` // since the coordinator started
	Left      time.Duration `json:"left"`    // of all sweeps, with as many tasks at a time as now
	LeftKnown bool          `json:"left_known"`
	// LeftRange contains the time left with 90 % probability; nil while that is unknown, and from coordinators of earlier versions.
	LeftRange *[2]time.Duration `json:"left_range,omitempty"`
	Sweeps    []SweepState      `json:"sweeps"`
	Running   []RunningTask     `json:"running"`
	// UnresponsiveFor is for how long NATS has not answered the coordinator; 0 while it does.
	UnresponsiveFor time.Duration `json:"unanswered,omitempty"`
	// QueueLasts is how long the queue keeps the connected workers busy without a coordinator; 0 if that is not known.
	QueueLasts time.Duration `json:"queue_lasts,omitempty"`
	// Limit is the limit of the NATS account or server for which orders wait; "" while none do.
	Limit string `json:"limit,omitempty"`
	// NoWorker says that no worker is connected, so that no time left is known.
	NoWorker bool `json:"no_worker,omitempty"`
	// Faults are the sweeps that are set aside until something is repaired, by name.
	Faults []SweepFault `json:"faults,omitempty"`
}

// SweepFault is why a sweep is set aside: something of it cannot be read or written. The
// coordinator tries again from time to time.
type SweepFault struct {
	Sweep  string    `json:"sweep"`
	Since  time.Time `json:"since"`
	Cause  string    `json:"cause"`
	Remedy string    `json:"remedy"`
}

// SweepState is the progress of one sweep.
type SweepState struct {
	Name string `json:"name"`
	Progress
	// WorkDone of WorkTotal: settlings weighted by their cost, of what this coordinator executes.
	WorkDone  float64           `json:"work_done"`
	WorkTotal float64           `json:"work_total"`
	Left      time.Duration     `json:"left"`
	LeftKnown bool              `json:"left_known"`           // false until enough was measured
	LeftRange *[2]time.Duration `json:"left_range,omitempty"` // as of Snapshot
	Priority  int               `json:"priority"`
	// MaxRunning is how many tasks may run at a time; 0 is any number.
	MaxRunning int    `json:"max_running,omitempty"`
	Status     Status `json:"status"`
}

// Progress says how many tasks of a sweep are in which state.
type Progress struct {
	Tasks   int `json:"tasks"`
	Done    int `json:"done"`
	Failed  int `json:"failed"`
	Running int `json:"running"`
	Silent  int `json:"silent"`  // of the running: no heartbeat for Silence
	Pending int `json:"pending"` // neither done, failed, running nor waiting
	Waiting int `json:"waiting"` // for their source
	Suspect int `json:"suspect"` // of the done: their results are suspect
	// Undecided is how many points of a sweep with [until] may get more seeds, and so the sweep more tasks.
	Undecided int `json:"undecided"`
}

// Status says whether workers are offered a sweep's tasks.
type Status string

// The statuses of a sweep.
const (
	Open      Status = "open"
	Paused    Status = "paused"
	Cancelled Status = "cancelled"
	Finished  Status = "finished" // every task is done or failed
)

// RunningTask is an attempt that a worker has announced.
type RunningTask struct {
	ID              sweeps.ID     `json:"id"`
	Sweep           string        `json:"sweep"`
	File            string        `json:"file"`
	Worker          string        `json:"worker"`
	Host            string        `json:"host"`
	Attempt         int           `json:"attempt"`
	Since           time.Time     `json:"since"`
	LastSeenSeconds float64       `json:"last_seen_seconds"` // ago
	Silent          bool          `json:"silent"`            // its worker has sent no heartbeat for Silence
	Progress        sim.Progress  `json:"progress"`
	StepsPerSecond  float64       `json:"steps_per_second"` // Euler steps
	Left            time.Duration `json:"left"`
	LeftKnown       bool          `json:"left_known"`
}

// Silence is the age of the last heartbeat from which a worker, and what it runs, is silent: it sends one every five seconds, so two are
// missing and the network has had two seconds. This is the only definition: commands, problems, metrics and the dashboard share it.
const Silence = 12 * time.Second

// IsSilent reports whether a worker with a last heartbeat of that age is silent. It may be dead, or cut off.
func IsSilent(age time.Duration) bool { return age > Silence }

// HeardAgo is how long ago the task's worker last reported it.
func (r *RunningTask) HeardAgo() time.Duration {
	return time.Duration(r.LastSeenSeconds * float64(time.Second))
}
