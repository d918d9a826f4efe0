package plan

import (
	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/internal/quality"
	"eisweep/sweeps"
)

// Action is a launch's decision about one task.
type Action string

// The actions of a launch.
const (
	Run   Action = "run"   // execute it
	Wait  Action = "wait"  // execute it when its source is done
	Block Action = "block" // fail it: its source is missing
	Keep  Action = "keep"  // its result is in place
	Link  Action = "link"  // its result gets this name as well
	Leave Action = "leave" // nothing: its failure would repeat itself
)

// Item is a task with a launch's decision about it, and the reason.
type Item struct {
	Task   *sweeps.Task
	Action Action
	Reason string

	Number    int            // of the task in the expansion
	LastRun   int            // the task's highest run number so far
	Selected  bool           // a rerun selects it
	HasResult bool           // it has an intact result somewhere, which a failure leaves
	Failure   *catalog.Entry // Leave: the failure
	Adopted   *manifest.Line // Keep: a line that the manifest lacks; nil if it lacks none

	Verdict quality.Verdict // Keep: whether the result is suspect

	retried  bool // it failed before
	conflict bool // a file of another task is in the way
	recorded bool // every line was written when it was looked at
	damaged  bool // its own file is in the way, and is not what the manifest says
}
