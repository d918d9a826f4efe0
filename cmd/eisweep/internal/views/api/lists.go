package api

import (
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/problems"
)

// Workers answers GET /api/workers: as `workers --json` lists them. The stream's event "workers" is one as well.
type Workers struct {
	Workers []control.Worker `json:"workers"`
}

// Running is the stream's event "running": running tasks of a sweep, the longest running first, at most 1000.
type Running struct {
	Sweep string                `json:"sweep"`
	Tasks []control.RunningTask `json:"tasks"`
	Count int                   `json:"count"` // of running tasks, also beyond Tasks
}

// Reset is the stream's event "reset".
type Reset struct {
	Sweep string `json:"sweep"`
}

// Events answers GET /api/events: the last events of the event log before a number, the oldest first, as `events --json` has them. They
// are about a subject: a sweep, a task, a worker or a host.
type Events struct {
	Events []events.Event `json:"events"`
	More   bool           `json:"more"` // there are earlier ones: ask with before= the first's seq
}

// Problems answers GET /api/problems: what is wrong now, worst first, as `problems --json` has it. The stream's event "problems" is one
// as well.
type Problems = problems.Report

// Error is the body of every answer that is not a success.
type Error struct {
	Error  string `json:"error"`  // place and cause
	Remedy string `json:"remedy"` // "" where none is known
}
