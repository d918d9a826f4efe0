package worker

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// load is what a worker has in its hands, and what it has had.
type load struct {
	mu     sync.Mutex
	tasks  []held
	memory int64            // what the tasks take
	quota  int              // tasks that may still be taken; less than 0: any number
	done   int              // attempts that ended with an outcome
	idle   time.Time        // since when there is no task
	unfit  map[string]unfit // by sweep: whose tasks don't fit
	taken  func(int64)      // told of memory
}

// held is a task in hands.
type held struct {
	id     sweeps.ID
	memory int64
}

// unfit is a sweep of which a task didn't fit into the memory.
type unfit struct {
	needs int64
	pause time.Duration // doubles with each
	until time.Time     // no task of the sweep is taken before
}

// A worker comes back to a sweep whose task didn't fit after a while that grows, or
// when a task of its own ends; it then gets another task than that one.
const (
	unfitFirst = 100 * time.Millisecond
	unfitMost  = 15 * time.Second
	unfitAway  = 5 * time.Second // that the task isn't offered to anybody, at most
)

func newLoad(quota int, taken func(int64)) *load {
	if quota == 0 {
		quota = -1
	}
	if taken == nil {
		taken = func(int64) {}
	}
	return &load{quota: quota, idle: time.Now(), unfit: map[string]unfit{}, taken: taken}
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

// unreserve takes a reservation back that no task came of.
func (l *load) unreserve() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.quota >= 0 {
		l.quota++
	}
}

// take puts a task beside the others if the memory allows it; limit 0 always does.
// When it doesn't, take says how long the sweep is left alone.
func (l *load) take(task *protocol.Task, needs, limit int64) (ok bool, pause time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if limit > 0 && l.memory+needs > limit {
		u := l.unfit[task.Sweep]
		u.needs, u.pause = needs, min(max(2*u.pause, unfitFirst), unfitMost)
		u.until = time.Now().Add(u.pause)
		l.unfit[task.Sweep] = u
		return false, u.pause
	}
	delete(l.unfit, task.Sweep)
	l.tasks = append(l.tasks, held{task.ID, needs})
	l.memory += needs
	l.taken(l.memory)
	return true, 0
}

// put takes a task out of the worker's hands; there is room for others now.
func (l *load) put(id sweeps.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.IndexFunc(l.tasks, func(h held) bool { return h.id == id })
	l.memory -= l.tasks[at].memory
	l.taken(l.memory)
	l.tasks = slices.Delete(l.tasks, at, at+1)
	if len(l.tasks) == 0 {
		l.idle = time.Now()
	}
	for sweep, u := range l.unfit {
		u.until = time.Time{}
		l.unfit[sweep] = u
	}
}

// ended counts an attempt that ended with an outcome.
func (l *load) ended() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done++
}

// fitting leaves out the sweeps whose tasks didn't fit lately.
func (l *load) fitting(names []string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.unfit) == 0 {
		return names
	}
	now := time.Now()
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return now.Before(l.unfit[name].until) })
}

// idleFor is how long there was no task.
func (l *load) idleFor() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tasks) > 0 {
		return 0
	}
	return time.Since(l.idle)
}

// state is a word on what the worker does.
func (l *load) state() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tasks) > 0 {
		return protocol.Working
	}
	return protocol.Idle
}

// lack says which tasks there is no memory for; it is full if there would be but for
// those in hands.
func (l *load) lack(memory int64) (text string, full bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var reasons []string
	for sweep, u := range l.unfit {
		if time.Since(u.until) > unfitMost {
			continue // there is room again, or none of the sweep is left
		}
		full = full || u.needs <= memory // since then there was no room for it beside the others
		reasons = append(reasons, fmt.Sprintf("a task of %s needs %s of memory, and %s of %s are free", sweep, gigabytes(u.needs), gigabytes(max(0, memory-l.memory)), gigabytes(memory)))
	}
	slices.Sort(reasons)
	return strings.Join(reasons, "; "), full
}

func gigabytes(bytes int64) string { return fmt.Sprintf("%.2f GB", float64(bytes)/1e9) }

// counts are the tasks in hands and the number of those that ended.
func (l *load) counts() (tasks []sweeps.ID, done int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	tasks = make([]sweeps.ID, len(l.tasks))
	for i := range tasks {
		tasks[i] = l.tasks[i].id
	}
	return tasks, l.done
}
