package coordinator

import (
	"eisweep/coordinator/launched"
	"eisweep/internal/control"
)

// Needs counts the tasks of open sweeps that a worker could run now and none runs, among those that take no
// more than so many bytes of memory; 0 is any number. Tasks that wait for a source, run or are being placed do
// not count.
func (c *Coordinator) Needs(memory int64) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum, most := 0, 0
	for s := range c.sweeps.All() {
		if c.sweeps.Status(s.Name) == control.Open {
			n := c.needs(s, memory)
			sum, most = sum+n, max(most, n)
		}
	}
	if sum == most {
		return sum
	}
	return max(most, sum-c.machine.CountedTwice())
}

// needs is Needs of one sweep. Which of its large tasks wait for a source is not known. It assumes that as many
// as possible do, so that no task that fits is left out.
func (c *Coordinator) needs(s *launched.Sweep, memory int64) int {
	counts := c.machine.Counts(s.Name)
	n := counts.ToSend()
	if n == 0 || memory == 0 {
		return n
	}
	large := s.Work.Larger(memory) - counts.Waiting
	for r := range c.attempts.Running() {
		if r.Sweep == s.Name && r.Memory > memory {
			large--
		}
	}
	return max(0, n-max(0, large))
}
