package lifecycle

import (
	"container/heap"
	"slices"
	"sort"

	"eisweep/sweeps"
)

// sweep is what one launch of a sweep wants. Its tasks have positions, in the order in which they
// were requested, which is the order in which they are sent.
type sweep struct {
	number   uint32
	name     string
	status   Status // Open, Paused or Cancelled
	priority int
	user     string  // who launched it
	most     int     // of its tasks may be queued or running at a time; 0: any number
	charged  float64 // seconds of work that were sent to workers on its account

	total     int
	counts    [phases]int // reused tasks count as done
	launched  bool        // all its tasks have been requested, as far as is decided
	undecided bool        // it may be extended once all its tasks are settled
	finished  bool
	retired   bool // a later launch of it has begun

	ids    []sweeps.ID
	where  []int32
	states []state
	spans  []span // of tasks with a source, ascending

	next   int               // the first position that was not yet looked at for something to send
	early  positions         // positions before next that must be looked at again, ascending
	last   []int32           // positions of tasks whose attempts ended: they are sent behind the others
	parked map[int64][]int32 // positions of tasks that fit nowhere now, by the bytes they need
}

// span is a range of positions of tasks that start from the same source.
type span struct {
	from, to int32 // to is exclusive
	source   sweeps.ID
	listed   bool // among the dependents of the source
}

// dependent is a span of a sweep that waits for a source.
type dependent struct {
	sweep uint32
	span  int32
}

// add gives a task the next position.
func (s *sweep) add(id sweeps.ID, where int32, is state) int32 {
	at := int32(len(s.ids))
	s.ids, s.where, s.states = append(s.ids, id), append(s.where, where), append(s.states, is)
	return at
}

// setSource notes the source of the task that was added last.
func (s *sweep) setSource(at int32, source sweeps.ID) {
	if n := len(s.spans); n > 0 && s.spans[n-1].source == source && s.spans[n-1].to == at {
		s.spans[n-1].to++
		return
	}
	s.spans = append(s.spans, span{from: at, to: at + 1, source: source})
}

// spanOf finds the span of a position, -1 when its task has no source.
func (s *sweep) spanOf(at int32) int {
	i := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].to > at })
	if i == len(s.spans) || s.spans[i].from > at {
		return -1
	}
	return i
}

// revisit has a position looked at again for something to send.
func (s *sweep) revisit(at int32) {
	if int(at) < s.next {
		heap.Push(&s.early, at)
	}
}

// settled reports whether nothing more comes of any of its tasks by itself.
func (s *sweep) settled() bool { return s.counts[Done]+s.counts[Failed]+s.counts[Dropped] == s.total }

// isOpen reports whether its tasks are sent to workers.
func (s *sweep) isOpen() bool { return !s.retired && s.status == Open }

// isFull reports whether as many of its tasks as may be are queued or running. Tasks that another sweep had sent count as well.
func (s *sweep) isFull() bool { return s.most > 0 && s.counts[Queued]+s.counts[Running] >= s.most }

// forgetSchedule drops what is known of the order in which tasks are sent.
func (s *sweep) forgetSchedule() {
	s.next, s.early, s.last, s.parked = len(s.ids), nil, nil, nil
}

// compact releases the memory that was reserved for more tasks.
func (s *sweep) compact() {
	s.ids, s.where, s.states, s.spans = slices.Clip(s.ids), slices.Clip(s.where), slices.Clip(s.states), slices.Clip(s.spans)
}

// positions is a heap.
type positions []int32

func (p positions) Len() int           { return len(p) }
func (p positions) Less(i, j int) bool { return p[i] < p[j] }
func (p positions) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *positions) Push(x any)        { *p = append(*p, x.(int32)) }
func (p *positions) Pop() any {
	old := *p
	x := old[len(old)-1]
	*p = old[:len(old)-1]
	return x
}
