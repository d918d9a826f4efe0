package worker

import (
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// cpuShares divides the CPU time of the process evenly among the attempts that run in it: the threads of Go belong to no attempt.
type cpuShares struct {
	clock func() time.Duration // CPU time of the process so far

	mu      sync.Mutex
	running int
	at      time.Duration // the clock at the last change
	each    time.Duration // what one attempt that ran all the time would have
}

// begin begins an attempt. The function that it returns gives the attempt's CPU time so far; end must be called once.
func (s *cpuShares) begin() (used func() time.Duration, end func()) {
	start := s.change(1)
	return func() time.Duration { return s.change(0) - start }, sync.OnceFunc(func() { s.change(-1) })
}

// change counts the attempts that begin or end, and returns each.
func (s *cpuShares) change(attempts int) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if s.running > 0 {
		s.each += (now - s.at) / time.Duration(s.running)
	}
	s.running, s.at = s.running+attempts, now
	return s.each
}

// processTime is the CPU time of this process.
func processTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		return 0 // no kernel that Go supports refuses this clock
	}
	return time.Duration(t.Nano())
}
