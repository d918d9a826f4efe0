package protocol

import (
	"time"

	"eisweep/internal/quality"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Format is the version of the messages. It is part of every subject, so a program of another version sees
// nothing that it could misread.
const Format = 2

// TaskMessage is the order to execute a task: the message in the work queue.
type TaskMessage struct {
	ID    sweeps.ID `json:"id"`
	Run   int       `json:"run"`   // from 1
	Sweep string    `json:"sweep"` // one that wants it, to name it by
	// After is the sequence of the run's last event in the register when the order was made, 0 if there was
	// none. A claim is valid while that event is still the last.
	After uint64 `json:"after,omitempty"`
	// Attempt is the number of the attempt: one more than the attempts that were lost or failed.
	Attempt int `json:"attempt"`
	// Earlier are the tokens of attempts that may have left a result or a checkpoint.
	Earlier    []string       `json:"earlier,omitempty"`
	Experiment sim.Experiment `json:"experiment"`
	Seed       uint32         `json:"seed"`
	Parameters sim.Values     `json:"parameters,omitempty"` // those of sim.Settings
	Source     *InputRef      `json:"source,omitempty"`
	Initial    *InitialRef    `json:"initial,omitempty"`
}

// InputRef is a file that a task starts from. Path is relative to the root and contains no "..".
type InputRef struct {
	Task   sweeps.ID `json:"task"` // zero for an outside file
	Path   string    `json:"path"`
	SHA256 string    `json:"sha256"` // of the file, checked before it is opened
}

// InitialRef is the start from a file's weights.
type InitialRef struct {
	InputRef
	Take []string `json:"take"`
}

// Class is the kind of a failure.
type Class string

// The classes of failures.
const (
	Numeric Class = "numeric" // a value that is not finite: final
	Invalid Class = "invalid" // cannot be run: final
	Storage Class = "storage" // retried up to the attempt limit
	Lost    Class = "lost"    // the worker died; retried up to the attempt limit
	Source  Class = "source"  // the task's source failed for good
)

// Classes returns all classes of failures.
func Classes() []Class { return []Class{Numeric, Invalid, Storage, Lost, Source} }

// Repeats reports whether another run of the same task would fail in the same way.
func (c Class) Repeats() bool { return c == Numeric || c == Invalid }

// Outcome is the end of one attempt: the message whose acknowledgement commits a
// result or a failure. The first of an (id, run) wins.
type Outcome struct {
	ID       sweeps.ID `json:"id"`
	Run      int       `json:"run"`
	Token    string    `json:"token"`
	Attempt  int       `json:"attempt"`
	Class    Class     `json:"class,omitempty"` // "" for a result
	Error    string    `json:"error,omitempty"`
	SHA256   string    `json:"sha256,omitempty"`
	Digest   string    `json:"digest,omitempty"`
	Bytes    int64     `json:"bytes,omitempty"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	// Spent is the time, before Started, that other attempts took to compute the state from which this one resumed.
	Spent time.Duration `json:"spent,omitempty"`
	// CPU is the CPU time of a result's computation; 0 where it is not known, as after a checkpoint. Steps is the number of its
	// Euler steps. Workers of earlier versions send neither.
	CPU     time.Duration `json:"cpu,omitempty"`
	Steps   int64         `json:"steps,omitempty"`
	Host    string        `json:"host"`
	Worker  string        `json:"worker"`
	Version string        `json:"version"`
	// Quality is whether the result can be trusted; nil for failures, and from workers of earlier versions.
	Quality *quality.Quality `json:"quality,omitempty"`
}

// Done reports whether the outcome is a result.
func (o *Outcome) Done() bool { return o.Class == "" }

// AttemptEvent is an entry of the register, which says who executes a run. The last event of a run counts.
type AttemptEvent struct {
	ID      sweeps.ID `json:"id"`
	Run     int       `json:"run"`
	Token   string    `json:"token"`
	Attempt int       `json:"attempt"`
	Event   string    `json:"event"`
	Class   Class     `json:"class,omitempty"` // of a failure after which the task is returned
	Error   string    `json:"error,omitempty"` // and its text, or why the order was refused
	Host    string    `json:"host"`
	Worker  string    `json:"worker"`
	At      time.Time `json:"at"`
}

// The events of an attempt.
const (
	EventStarted    = "started"    // a worker claimed the task
	EventReturned   = "returned"   // it gave the attempt up unfinished; with a class for a failure that is tried again
	EventRefused    = "refused"    // it has no memory for the task now
	EventUnreadable = "unreadable" // it cannot read the order
	EventEnded      = "ended"      // the coordinator ended the attempt
)

// Progress is the progress of a running attempt; it is sent once a second and may be lost.
type Progress struct {
	ID      sweeps.ID    `json:"id"`
	Run     int          `json:"run"`
	Token   string       `json:"token"`
	Worker  string       `json:"worker"`
	Host    string       `json:"host"`
	Seconds float64      `json:"seconds"` // since the attempt started
	Sim     sim.Progress `json:"sim"`
}

// Command is a command of the coordinator to a worker.
type Command struct {
	Verb string `json:"verb"`
	// ID, Run and Token name the attempt that is to be stopped.
	ID    sweeps.ID `json:"id,omitzero"`
	Run   int       `json:"run,omitempty"`
	Token string    `json:"token,omitempty"`
}

// The verbs of commands.
const (
	Drain = "drain" // hand back all tasks and exit
	Stop  = "stop"  // stop one attempt, if the register says that it is over
)
