package control

import (
	"time"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Summary has the results of the launched sweeps.
type Summary struct {
	Sweeps []SweepSummary `json:"sweeps"`
}

// SweepSummary has the results of one.
type SweepSummary struct {
	Name    string                 `json:"name"`
	Dir     string                 `json:"dir"`
	Status  Status                 `json:"status"` // "" where none is known
	Tasks   int                    `json:"tasks"`
	Done    int                    `json:"done"`    // in place now: Ran, Reused and Linked together
	Ran     int                    `json:"ran"`     // executed for this sweep by this coordinator, with a result
	Reused  int                    `json:"reused"`  // in place before
	Linked  int                    `json:"linked"`  // got a name here; another sweep's result, or another name's
	Suspect int                    `json:"suspect"` // of the done: their results are suspect
	Reasons map[string]int         `json:"reasons"` // how many of these have each reason, by quality.Verdict.Names
	Failed  int                    `json:"failed"`
	ByClass map[protocol.Class]int `json:"by_class"`
	// FailedSince is since when tasks have failed with each class.
	FailedSince map[protocol.Class]time.Time `json:"failed_since,omitempty"`
	Failures    []Failure                    `json:"failures"` // the first of them
}

// Failure is a task that failed, for reports.
type Failure struct {
	ID    sweeps.ID      `json:"id"`
	File  string         `json:"file"`
	Seed  uint32         `json:"seed"`
	Class protocol.Class `json:"class"`
	Error string         `json:"error"`
}
