package catalog

// State is the state of a task by the manifest of its sweep.
type State string

// The states of a task.
const (
	StatePending State = "pending" // no line counts, or the result's file is gone or damaged
	StateDone    State = "done"
	StateFailed  State = "failed"
)
