package queue

import "errors"

var (
	// ErrNoQueue is wrapped when no coordinator has made the root's streams yet.
	ErrNoQueue = errors.New("the root has no queue yet: no coordinator has run")
	// ErrLeaseLost is wrapped when the task is no longer the delivery's: a later attempt
	// has started, or the consumer that delivered it is gone.
	ErrLeaseLost = errors.New("task lease lost")
	// errConflict: the subject of a message is occupied; it stays in this package.
	errConflict = errors.New("the subject has a message already")
)
