package hooks

import (
	"fmt"
	"time"

	"eisweep/internal/control"
)

// Event is what a hook is told.
type Event string

// The events.
const (
	TaskFailed    Event = "task_failed"    // the first task of a launch failed for good
	SweepFinished Event = "sweep_finished" // every task is done or has failed
)

// Notice is the body of a webhook, and what the environment of a command has.
type Notice struct {
	Event   Event            `json:"event"`
	Time    time.Time        `json:"time"`
	Root    string           `json:"root"`
	Sweep   string           `json:"sweep"`
	Tasks   int              `json:"tasks"`
	Done    int              `json:"done"`
	Suspect int              `json:"suspect"` // of the done
	Failed  int              `json:"failed"`
	Failure *control.Failure `json:"failure,omitempty"` // one of the tasks that failed, where known
}

// environment is the notice as variables of a command.
func (n *Notice) environment(directory string) []string {
	out := []string{
		"EISWEEP_EVENT=" + string(n.Event), "EISWEEP_ROOT=" + n.Root, "EISWEEP_SWEEP=" + n.Sweep, "EISWEEP_DIRECTORY=" + directory,
		fmt.Sprintf("EISWEEP_TASKS=%d", n.Tasks), fmt.Sprintf("EISWEEP_DONE=%d", n.Done), fmt.Sprintf("EISWEEP_SUSPECT=%d", n.Suspect),
		fmt.Sprintf("EISWEEP_FAILED=%d", n.Failed),
	}
	if f := n.Failure; f != nil {
		out = append(out, "EISWEEP_TASK="+f.ID.String(), "EISWEEP_CLASS="+string(f.Class), "EISWEEP_ERROR="+withoutZeros(f.Error))
	}
	return out
}
