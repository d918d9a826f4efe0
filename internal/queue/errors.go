package queue

import "errors"

// ErrNoQueue is wrapped when no coordinator has made the root's streams yet.
var ErrNoQueue = errors.New("the root has no queue yet: no coordinator has run")
