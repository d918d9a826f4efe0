package protocol

import (
	"time"

	"eisweep/sweeps"
)

// Presence is what a worker reports of itself every few seconds.
type Presence struct {
	Name     string      `json:"name"`
	Host     string      `json:"host"`
	PID      int         `json:"pid"`
	Version  string      `json:"version"`
	Slots    int         `json:"slots"`
	Busy     int         `json:"busy"`
	Memory   int64       `json:"memory"` // bytes that tasks may take; 0: not known
	Since    time.Time   `json:"since"`
	State    string      `json:"state"`           // Working, Idle, or why it takes no tasks
	Unfit    string      `json:"unfit,omitempty"` // tasks that it was offered and has no memory for
	Full     bool        `json:"full,omitempty"`  // it would have, but for those that it runs
	Deadline time.Time   `json:"deadline,omitzero"`
	Job      string      `json:"job,omitempty"` // of a batch system
	Done     int         `json:"done"`          // tasks that it ended
	Tasks    []sweeps.ID `json:"tasks"`         // that it runs
	Kernels  string      `json:"kernels"`
	Gone     bool        `json:"gone,omitempty"` // a goodbye
}

// The states of a worker that takes tasks; another says why it takes none.
const (
	Working = "working"
	Idle    = "idle"
)

// GaveUp is the prefix of the state of a worker that cannot work any more. A worker that says goodbye
// in this state has ended because of it.
const GaveUp = "takes no more tasks: "

// Drain is the command to a worker to hand back its tasks and exit.
const Drain = "drain"

// maxState bounds the texts of a worker's state.
const maxState = 1 << 10

func (p *Presence) check() error {
	switch {
	case p.Name == "":
		return refuse("a worker without a name")
	case p.PID < 0 || p.Slots < 0 || p.Busy < 0 || p.Memory < 0 || p.Done < 0 || len(p.Tasks) > MaxCount:
		return refuse("worker %.255q with %d slots, %d busy, %d bytes, %d done", p.Name, p.Slots, p.Busy, p.Memory, p.Done)
	case len(p.State) > maxState, len(p.Unfit) > maxState:
		return refuse("a state of %d and %d bytes", len(p.State), len(p.Unfit))
	}
	return checkNames(p.Name, p.Host, p.Version, p.Job, p.Kernels)
}
