package queue

import "errors"

var (
	// ErrNoQueue is wrapped when no coordinator has created the root's streams yet.
	ErrNoQueue = errors.New("the root has no queue yet: no coordinator has run")
	// ErrLeaseLost is wrapped when a delivery no longer holds its task: a later attempt
	// has started, or the consumer that delivered the task no longer exists.
	ErrLeaseLost = errors.New("task lease lost")
	// errConflict: the subject of a message is occupied; it stays in this package.
	errConflict = errors.New("the subject has a message already")
)
