package worker

import (
	"context"
	"fmt"
	"sync"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/units"
)

// load is how much a worker has to do, and has done.
type load struct {
	limit int64       // of memory; 0: none
	taken func(int64) // called after every change of memory

	mu     sync.Mutex
	busy   int // number of tasks
	memory int64
	quota  int       // tasks that may still be taken; less than 0: any number
	done   int       // attempts that ended with an outcome
	idle   time.Time // since when there is no task

	lack    string        // of memory, for the last task that did not fit
	missing time.Time     // since then
	backoff time.Duration // doubles with each task that does not fit
	until   time.Time     // no task is fetched before
	freed   chan struct{} // closed when there is more memory
}

// Once a task did not fit, none is fetched until there is more memory, or for a time that grows.
const (
	firstPause = 100 * time.Millisecond
	mostPause  = 15 * time.Second
	lackTime   = 2 * mostPause // how long a presence reports that there was no memory
)

func newLoad(quota int, limit int64, taken func(int64)) *load {
	if quota == 0 {
		quota = -1
	}
	if taken == nil {
		taken = func(int64) {}
	}
	return &load{quota: quota, limit: limit, taken: taken, idle: time.Now(), freed: make(chan struct{})}
}

// reserve counts a task that is about to be taken and reports whether it may be.
func (l *load) reserve() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.quota == 0 {
		return false
	}
	if l.quota > 0 {
		l.quota--
	}
	return true
}

// unreserve takes back a reservation that led to no attempt.
func (l *load) unreserve() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.quota >= 0 {
		l.quota++
	}
}

// wait returns when a task may be fetched. The error is that of ctx, when it ends before.
func (l *load) wait(ctx context.Context) error {
	for {
		l.mu.Lock()
		left, freed := time.Until(l.until), l.freed
		l.mu.Unlock()
		if left <= 0 {
			return ctx.Err()
		}
		select {
		case <-time.After(left):
		case <-freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// admit admits a task beside the others, or says what memory it lacks.
func (l *load) admit(needs int64) (lack string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limit > 0 && l.memory+needs > l.limit {
		l.lack = fmt.Sprintf("it needs %s of memory, and %s of %s are free",
			units.Size(needs), units.Size(l.limit-l.memory), units.Size(l.limit))
		l.backoff = min(max(2*l.backoff, firstPause), mostPause)
		l.missing = time.Now()
		l.until = l.missing.Add(l.backoff)
		return l.lack
	}
	l.lack, l.backoff, l.until = "", 0, time.Time{}
	l.busy++
	l.memory += needs
	l.taken(l.memory)
	return ""
}

// release removes a task; there is room for others now.
func (l *load) release(needs int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.memory -= needs
	l.taken(l.memory)
	if l.busy--; l.busy == 0 {
		l.idle = time.Now()
	}
	l.until = time.Time{}
	close(l.freed)
	l.freed = make(chan struct{})
}

// ended counts an attempt that ended with an outcome.
func (l *load) ended() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done++
}

// idleFor is how long there was no task.
func (l *load) idleFor() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy > 0 {
		return 0
	}
	return time.Since(l.idle)
}

// now returns how many tasks run, and the memory that they take.
func (l *load) now() (busy int, memory int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.busy, l.memory
}

// describe sets the fields of a presence that describe the load.
func (l *load) describe(p *protocol.Presence) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.Busy, p.Done, p.Memory, p.State = l.busy, l.done, l.limit, protocol.Idle
	if l.busy > 0 {
		p.State = protocol.Working
	}
	if l.limit > 0 {
		p.Free = l.limit - l.memory
	}
	if l.lack != "" && time.Since(l.missing) < lackTime {
		p.Refused = l.lack
	}
}
