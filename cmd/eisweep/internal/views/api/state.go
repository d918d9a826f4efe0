package api

import (
	"time"

	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/internal/control"
)

// State answers GET /api/state: every sweep under the root that is launched or has a directory, and sums over them. The stream's
// event "state" is one as well: the first is complete, later ones have only the sweeps that changed since the last one.
type State struct {
	Full        bool        `json:"full"` // Sweeps has all sweeps, and replaces what was known
	Now         time.Time   `json:"now"`  // the server's clock
	Coordinator Coordinator `json:"coordinator"`
	Sweeps      []Sweep     `json:"sweeps"`            // in the order of their names
	Removed     []string    `json:"removed,omitempty"` // names of sweeps that no longer exist; none if Full
	Totals      Totals      `json:"totals"`
	// Unread is how many sweeps that the coordinator does not work on are still to be read; -1 while that is not known.
	Unread int `json:"unread"`
	// StaleSince is set while reading the root, or asking the coordinator, takes long: what depends on it is as it was then.
	StaleSince *time.Time `json:"stale_since"`
}

// Coordinator is the process that serves the dashboard.
type Coordinator struct {
	control.Pong        // host, pid, version, since
	Command      string `json:"command"` // coordinator or run
	Root         string `json:"root"`    // path
}

// Sweep is a row of the list of sweeps. Its counts and cost are those of `status --json`.
type Sweep struct {
	inspect.SweepOverview
	Experiment string      `json:"experiment"` // APPROXIMATE, GRADIENT, PERTURB or NEITHER; "" where the sweep file cannot be read
	LeftRange  *[2]float64 `json:"left_range"` // seconds: contains the time left with 90 % probability; null where not known
	WorkDone   float64     `json:"work_done"`  // of WorkTotal; the share is the progress, as tasks differ in size
	WorkTotal  float64     `json:"work_total"` // 0 where not known: then done + failed of tasks is the progress
	Unread     bool        `json:"unread"`     // the counts follow: the manifest is still to be read
	Rate       *float64    `json:"rate"`       // tasks that were done or failed, per minute, over the last minutes; null where not known
}

// Totals are sums over the sweeps and the workers.
type Totals struct {
	control.Progress
	Left            *float64    `json:"left"`       // seconds, of all sweeps; null where not known
	LeftRange       *[2]float64 `json:"left_range"` // seconds, as Sweep's
	Rate            *float64    `json:"rate"`       // per minute, as Sweep's
	Workers         int         `json:"workers"`    // connected
	Lost            int         `json:"lost"`       // workers that are silent or ended with an error
	Slots           int         `json:"slots"`      // of the connected workers
	Busy            int         `json:"busy"`       // slots that run a task
	UnresponsiveFor float64     `json:"unanswered"` // seconds for which NATS has not answered the coordinator; 0 while it does
	Limit           string      `json:"limit"`      // of NATS, for which tasks wait; "" for none
}
