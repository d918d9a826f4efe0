package api

import (
	"time"

	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/quality"
	"eisweep/sweeps"
)

// Task answers GET /api/tasks/{id}.
type Task struct {
	ID         sweeps.ID            `json:"id"`
	Sweep      string               `json:"sweep"`
	File       string               `json:"file"` // of the result, in the sweep's directory
	Experiment string               `json:"experiment"`
	Seed       uint32               `json:"seed"`
	State      string               `json:"state"` // waiting, pending, running, done or failed
	Parameters []TaskParameter      `json:"parameters"`
	Source     *Source              `json:"source"`    // of a PERTURB task; null for others
	Attempts   []Attempt            `json:"attempts"`  // the oldest first
	Running    *control.RunningTask `json:"running"`   // null unless it runs
	Manifest   *manifest.Line       `json:"manifest"`  // where the result comes from; null before the first outcome
	Quality    *quality.Quality     `json:"quality"`   // of the result; null without one, and where it is unknown
	Reasons    []quality.Reason     `json:"reasons"`   // why the result is suspect
	Explained  *control.Explained   `json:"explained"` // why it is not running, or how it ended; null where not known
}

// TaskParameter is the value of a parameter that the task's experiment reads. Those that vary in the sweep come first.
type TaskParameter struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Default string `json:"default"`
	Unit    string `json:"unit"`
	Varies  bool   `json:"varies"` // in the sweep
}

// Source is the network that a PERTURB task starts from.
type Source struct {
	ID    *sweeps.ID `json:"id"` // null for a file that no task of the root made
	Sweep string     `json:"sweep"`
	File  string     `json:"file"` // in the directory of Sweep, or else a path
}

// Attempt is one attempt at the task, by its log.
type Attempt struct {
	Run     int       `json:"run"`
	Attempt int       `json:"attempt"` // at the run, from 1
	Token   string    `json:"token"`   // names the log
	Began   time.Time `json:"began,omitzero"`
	Bytes   int64     `json:"bytes"` // of the log
	Ended   string    `json:"ended"` // why it ended; "" while it has not, and where that is not known
}

// Figures answers GET /api/tasks/{id}/figures; without a result it is empty.
type Figures struct {
	ID      sweeps.ID     `json:"id"`
	Figures []Figure      `json:"figures"` // that GET /api/tasks/{id}/figures/{name} draws
	Others  []OtherFigure `json:"others"`  // of the experiment, which this result lacks
}

// OtherFigure is a figure that a result lacks.
type OtherFigure struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Figure is a figure of a result.
type Figure struct {
	Name  string `json:"name"`
	About string `json:"about"` // one line
}

// Log answers GET /api/tasks/{id}/log?token=TOKEN&offset=BYTES: what the log of an attempt has from that place, at most 256 kB. Without
// a token it is the log of the last attempt; a negative offset counts from the end of the log. The stream's event "log" is one as well.
type Log struct {
	ID      sweeps.ID `json:"id"`
	Run     int       `json:"run"`
	Attempt int       `json:"attempt"`
	Token   string    `json:"token"`  // "" if the task has no log
	Offset  int64     `json:"offset"` // of Text
	Next    int64     `json:"next"`   // for the next request
	Bytes   int64     `json:"bytes"`  // of the log
	Text    string    `json:"text"`   // whole lines; control characters are escaped
}

// Curves answers GET /api/tasks/{id}/curves: the course of training, by columns with an entry for each trial that ended, from the
// result, or while the task runs from the log of its attempt. The stream's event "curves" is one as well.
type Curves struct {
	ID        sweeps.ID `json:"id"`
	Trials    int       `json:"trials"`     // that the task may take; 0 where not known
	Phase     []int     `json:"phase"`      // from 1
	Trial     []int     `json:"trial"`      // of the phase, from 1
	StepsMin  []Number  `json:"steps_min"`  // Euler steps until the network settled: the fewest over the stimuli
	StepsMean []Number  `json:"steps_mean"` // their mean
	StepsMax  []Number  `json:"steps_max"`  // the most
	Unsettled []int     `json:"unsettled"`  // stimuli that did not settle
	// ChangeMax and ChangeMean are the largest and the mean change of the inhibitory input since the trial before, 1/s; null in the
	// first trial of a phase.
	ChangeMax  []Number `json:"change_max"`
	ChangeMean []Number `json:"change_mean"`
	// Rates of the E and the I neurons during the trial, 1/s: means over neurons and stimuli; null while they are not known.
	RateE []Number `json:"rate_e"`
	RateI []Number `json:"rate_i"`
}
