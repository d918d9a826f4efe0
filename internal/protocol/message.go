package protocol

import (
	"time"

	"eisweep/sim"
	"eisweep/sweeps"
)

// Format is the version of the messages. It is part of every subject, so a
// program of another version sees nothing that it could misread.
const Format = 1

// Task is the message in the work queue: a task to run.
type Task struct {
	ID         sweeps.ID      `json:"id"`
	Run        int            `json:"run"` // from 1
	Sweep      string         `json:"sweep"`
	Experiment sim.Experiment `json:"experiment"`
	Seed       uint32         `json:"seed"`
	// Parameters are those of sim.Settings by name; values as sim.Value.Any.
	Parameters map[string]any `json:"parameters,omitempty"`
	Source     *Input         `json:"source,omitempty"`
	Initial    *Initial       `json:"initial,omitempty"`
}

// Input is a file that a task starts from. Path is relative to the root and contains no "..".
type Input struct {
	Task   sweeps.ID `json:"task"` // zero for an outside file
	Path   string    `json:"path"`
	SHA256 string    `json:"sha256"` // of the file, checked before it is opened
}

// Initial is the start from a file's weights.
type Initial struct {
	Input
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
	Attempt  int       `json:"attempt"`
	Class    Class     `json:"class,omitempty"` // "" for a result
	Error    string    `json:"error,omitempty"`
	SHA256   string    `json:"sha256,omitempty"`
	Digest   string    `json:"digest,omitempty"`
	Bytes    int64     `json:"bytes,omitempty"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	// Spent is how long other attempts took before Started for what this one went on from.
	Spent   time.Duration `json:"spent,omitempty"`
	Host    string        `json:"host"`
	Worker  string        `json:"worker"`
	Version string        `json:"version"`
}

// Done reports whether the outcome is a result.
func (o *Outcome) Done() bool { return o.Class == "" }

// AttemptEvent reports that an attempt started or was handed back unfinished.
type AttemptEvent struct {
	ID      sweeps.ID `json:"id"`
	Run     int       `json:"run"`
	Attempt int       `json:"attempt"`
	Event   string    `json:"event"` // "started", or "returned" (handed back: doesn't count)
	Host    string    `json:"host"`
	Worker  string    `json:"worker"`
	At      time.Time `json:"at"`
}

// The events of an attempt.
const (
	EventStarted  = "started"
	EventReturned = "returned" // handed back unfinished: doesn't count
)

// Progress is the progress of a running attempt; it is sent once a second and may be lost.
type Progress struct {
	ID      sweeps.ID    `json:"id"`
	Run     int          `json:"run"`
	Attempt int          `json:"attempt"`
	Worker  string       `json:"worker"`
	Host    string       `json:"host"`
	Seconds float64      `json:"seconds"` // since the attempt started
	Sim     sim.Progress `json:"sim"`
}
