package queue

import "sync/atomic"

// ungivenTimes is how often in a row a request for a task may have no responder, although the
// sweep's consumer was just found, before it is logged: the sweep may have been closed in
// between, or have no leader.
const ungivenTimes = 10

// streak counts what happens in a row.
type streak struct{ n atomic.Int32 }

// count returns how often in a row it has happened.
func (s *streak) count(happened bool) int32 {
	if !happened {
		s.n.Store(0)
		return 0
	}
	return s.n.Add(1)
}
