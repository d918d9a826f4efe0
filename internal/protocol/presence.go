package protocol

import (
	"time"

	"eisweep/sweeps"
)

// Presence is a worker's heartbeat, which reports its state every few seconds.
type Presence struct {
	Name     string    `json:"name"`
	Host     string    `json:"host"`
	PID      int       `json:"pid"`
	Version  string    `json:"version"`
	Slots    int       `json:"slots"`
	Busy     int       `json:"busy"`
	Memory   int64     `json:"memory"` // bytes that tasks may take; 0: not known
	Free     int64     `json:"free"`   // bytes that further tasks may take
	Since    time.Time `json:"since"`
	At       time.Time `json:"at,omitzero"`       // when it was made, by the clock that dates the worker's claims
	State    string    `json:"state"`             // Working, Idle, or why it takes no tasks
	Refused  string    `json:"refused,omitempty"` // why it recently refused a task, for lack of memory
	Deadline time.Time `json:"deadline,omitzero"`
	Job      string    `json:"job,omitempty"` // of a batch system
	Done     int       `json:"done"`          // tasks that it has ended
	Attempts []Attempt `json:"attempts"`      // that it runs
	Kernels  string    `json:"kernels"`
	Gone     bool      `json:"gone,omitempty"` // this is its last report
}

// The states of a worker that takes tasks. Any other state says why it takes none.
const (
	Working = "working"
	Idle    = "idle"
)

// Draining is the prefix of the state of a worker that takes no more tasks because it ends.
const Draining = "draining: "

// GaveUp is the prefix of the state of a worker that cannot work any more. A worker that says goodbye
// in this state has ended because of it.
const GaveUp = "takes no more tasks: "

// Attempt names a running attempt.
type Attempt struct {
	ID    sweeps.ID `json:"id"`
	Run   int       `json:"run"`
	Token string    `json:"token"`
}

// maxState bounds the texts of a worker's state.
const maxState = 1 << 10

func (p *Presence) check() error {
	switch {
	case p.Name == "":
		return refuse("a worker without a name")
	case p.PID < 0 || p.Slots < 0 || p.Busy < 0 || p.Memory < 0 || p.Free < 0 || p.Done < 0:
		return refuse("worker %.255q with %d slots, %d busy, %d bytes, %d done", p.Name, p.Slots, p.Busy, p.Memory, p.Done)
	case len(p.State) > maxState, len(p.Refused) > maxState:
		return refuse("a state of %d and %d bytes", len(p.State), len(p.Refused))
	}
	for _, a := range p.Attempts {
		if zero(a.ID) || a.Run < 1 || a.Run > MaxCount || !IsToken(a.Token) {
			return refuse("attempt %.100q at run %d", a.Token, a.Run)
		}
	}
	return checkNames(p.Name, p.Host, p.Version, p.Job, p.Kernels)
}
