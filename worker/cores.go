package worker

// cores are those that a worker computes on, one for each slot. A slot holds one while it runs a task; the
// cores of free slots are lent to tasks that can use more.
type cores chan struct{}

func newCores(slots int) cores {
	c := make(cores, slots)
	for range slots {
		c <- struct{}{}
	}
	return c
}

// acquire takes a core for a task and returns the function that gives it back. If all are lent, it waits the few
// milliseconds until one is returned.
func (c cores) acquire() (release func()) {
	<-c
	return c.release
}

// tryAcquire is a sim.Spare.
func (c cores) tryAcquire() (release func(), ok bool) {
	select {
	case <-c:
		return c.release, true
	default:
		return nil, false
	}
}

func (c cores) release() { c <- struct{}{} }
