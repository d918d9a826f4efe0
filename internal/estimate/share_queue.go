package estimate

import (
	"sync"
	"time"
)

// shareQueue deals shares to several cores, with the CPU time in seconds that each may take: in proportion to their weights, and so
// that there is time for all of them even if other programs leave only a part of the cores.
type shareQueue struct {
	cores float64
	clock func() time.Duration // since the beginning
	end   time.Duration        // when everything must have been measured

	mu      sync.Mutex
	shares  []*share // those that are left
	weight  float64  // of these together
	seconds float64  // for these
	used    float64  // CPU time so far
}

// newShareQueue deals that many seconds of CPU time.
func newShareQueue(shares []*share, cores int, seconds float64, end time.Duration) *shareQueue {
	begun := time.Now()
	q := &shareQueue{cores: float64(cores), clock: func() time.Duration { return time.Since(begun) }, end: end,
		shares: shares, seconds: seconds}
	for _, s := range shares {
		q.weight += s.weight()
	}
	return q
}

// next returns the next share, nil if none is left.
func (q *shareQueue) next() (s *share, seconds float64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.shares) == 0 {
		return nil, 0
	}
	s = q.shares[0]
	seconds = max(0, min(q.seconds, q.available())*s.weight()/q.weight)
	q.shares, q.weight, q.seconds = q.shares[1:], q.weight-s.weight(), q.seconds-seconds
	return s, seconds
}

// available is the CPU time that is to be had until the end, if the cores stay as busy with other programs as they were.
func (q *shareQueue) available() float64 {
	elapsed := q.clock().Seconds()
	part := 1.0
	if elapsed > 0 && q.used > 0 {
		part = min(1, q.used/(elapsed*q.cores))
	}
	return part * q.cores * (q.end.Seconds() - elapsed)
}

// took counts the CPU time that a share took. What it did not take of the time that it was given goes to the others.
func (q *shareQueue) took(seconds, given float64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.used += seconds
	q.seconds += given - seconds
}
