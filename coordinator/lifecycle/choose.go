package lifecycle

import (
	"container/heap"
	"maps"
	"math"
	"slices"

	"eisweep/sweeps"
)

// Candidate is a pending task whose turn it is.
type Candidate struct {
	ID     sweeps.ID
	Run    int
	Losses int
	// Sweep wants the task. For is the sweep whose turn it is: the same, or one whose tasks wait
	// for this one.
	Sweep, For string
}

// Answer is what a sender does with a candidate.
type Answer uint8

// The answers.
const (
	Send     Answer = iota // its order is sent now
	NoRoom                 // no worker has the memory for it now
	Later                  // it cannot be sent in this round
	Deferred               // it cannot be sent before TaskReady
)

// Offer is the answer to a candidate, with what its execution is expected to take.
type Offer struct {
	Answer  Answer
	Seconds float64
	Bytes   int64
}

// Sender decides which candidates are sent.
type Sender interface {
	// HasRoom reports whether a task that needs so many bytes could be sent now.
	HasRoom(bytes int64) bool
	// Offer is called with each task whose turn it is.
	Offer(Candidate) Offer
}

// scheduler decides which tasks are sent next, and knows whether the queue holds them.
type scheduler struct {
	*dependencies
	disturbed bool               // the queue no longer holds what should be executed next
	floor     *int               // the lowest priority of what was queued since the last withdrawal; nil: nothing
	deferred  map[sweeps.ID]bool // pending tasks that are not looked at before TaskReady
	users     map[string]float64 // seconds of work that were sent to workers on account of each user's sweeps
}

// Choose chooses up to n tasks to be sent next, and counts them as queued. The sweeps of the highest priority are
// served first; among equals, those of the user who has been charged the fewest seconds, and of these, the one that has been
// charged the fewest; within a sweep, its order counts. A task has the highest priority of the sweeps that want it or wait for it. A
// sweep that has as many tasks queued or running as it may have is passed over; the tasks that it waits for belong to the sweeps that
// want them.
func (m *scheduler) Choose(n int, sender Sender) []Candidate {
	var out []Candidate
	serving := m.serving()
	var later []ref
	for len(out) < n && len(serving) > 0 {
		i := m.nextSweep(serving)
		c, put, ok := m.chooseFrom(serving[i], sender)
		later = append(later, put...)
		if !ok {
			serving = slices.Delete(serving, i, i+1)
			continue
		}
		out = append(out, c)
		serving = slices.DeleteFunc(serving, (*sweep).isFull)
	}
	for _, r := range later {
		heap.Push(&m.numbers[r.sweep()].early, r.at())
	}
	return out
}

// serving lists the sweeps that may have something to send.
func (m *scheduler) serving() (out []*sweep) {
	for _, s := range m.order {
		if s.isOpen() && s.launched && !s.isFull() && s.counts[Pending]+s.counts[Waiting] > 0 {
			out = append(out, s)
		}
	}
	return out
}

// MayChoose reports whether Choose may find something to send.
func (m *scheduler) MayChoose() bool { return len(m.serving()) > 0 }

// nextSweep is the index of the sweep whose turn it is.
func (m *scheduler) nextSweep(list []*sweep) int {
	best := 0
	for i, s := range list {
		if m.isBefore(s, list[best]) {
			best = i
		}
	}
	return best
}

// isBefore reports whether it is one sweep's turn before another's. It is called for every open sweep and task that is sent, so it looks
// up users only where they decide.
func (m *scheduler) isBefore(a, b *sweep) bool {
	if a.priority != b.priority {
		return a.priority > b.priority
	}
	if a.user != b.user {
		if mine, other := m.users[a.user], m.users[b.user]; mine != other {
			return mine < other
		}
	}
	return a.charged < b.charged
}

// chooseFrom chooses the next task of a sweep. later are the places that must be looked at again
// in the next round.
func (m *scheduler) chooseFrom(s *sweep, sender Sender) (c Candidate, later []ref, ok bool) {
	for {
		at, ok := s.pop(sender)
		if !ok {
			return c, later, false
		}
		c, ok := m.candidate(s, at)
		if !ok {
			continue
		}
		switch offer := sender.Offer(c); offer.Answer {
		case NoRoom:
			s.park(at, offer.Bytes)
		case Deferred:
			m.deferred[c.ID] = true
		case Later:
			later = append(later, newRef(s.number, at))
		default:
			t := m.track(c.ID)
			m.move(t, Queued)
			t.charge = charge{s.name, offer.Seconds}
			m.charge(s, offer.Seconds)
			m.lower(s.priority)
			return c, later, true
		}
	}
}

// pop returns the position to look at next: that of a task that had no room before, else the first that must be looked
// at again, else the next in order, else one of those that are sent last.
func (s *sweep) pop(sender Sender) (at int32, ok bool) {
	for _, bytes := range slices.Sorted(maps.Keys(s.parked)) {
		list := s.parked[bytes]
		if !sender.HasRoom(bytes) {
			continue
		}
		if at = list[0]; len(list) == 1 {
			delete(s.parked, bytes)
		} else {
			s.parked[bytes] = list[1:]
		}
		return at, true
	}
	switch {
	case len(s.early) > 0:
		return heap.Pop(&s.early).(int32), true
	case s.next < len(s.ids):
		s.next++
		return int32(s.next - 1), true
	case len(s.last) > 0:
		at, s.last = s.last[0], s.last[1:]
		return at, true
	}
	return 0, false
}

// park keeps a position until there is room for its task.
func (s *sweep) park(at int32, bytes int64) {
	if s.parked == nil {
		s.parked = map[int64][]int32{}
	}
	s.parked[bytes] = append(s.parked[bytes], at)
}

// candidate returns the pending task of a position: its own, or the source that it waits for.
func (m *scheduler) candidate(s *sweep, at int32) (Candidate, bool) {
	id := s.ids[at]
	phase, known := Phase(0), s.states[at] != absent
	if known {
		phase, known = m.phaseOf(id)
	}
	switch {
	case known && phase == Pending:
		c := Candidate{ID: id, Run: 1, Sweep: s.name, For: s.name}
		if t := m.tasks[id]; t != nil {
			c.Run, c.Losses = int(t.run), int(t.losses)
		}
		return c, true
	case known && phase == Waiting:
		return m.sourceCandidate(s, at)
	}
	return Candidate{}, false
}

func (m *scheduler) sourceCandidate(s *sweep, at int32) (Candidate, bool) {
	i := s.spanOf(at)
	if i < 0 {
		return Candidate{}, false
	}
	source := s.spans[i].source
	if phase, known := m.phaseOf(source); !known || phase != Pending {
		return Candidate{}, false
	}
	t := m.track(source)
	defer m.untrack(source)
	if t.want == 0 {
		return Candidate{}, false
	}
	return Candidate{ID: source, Run: int(t.run), Losses: int(t.losses), Sweep: m.sets.of(t.want)[0], For: s.name}, true
}

// schedule has a pending task looked at again in its sweep.
func (m *scheduler) schedule(s *sweep, at int32, last bool) {
	if last {
		s.last = append(s.last, at)
	} else {
		s.revisit(at)
	}
	m.disturb(s)
}

// scheduleFor has a pending task looked at again by the sweeps whose tasks wait for it.
func (m *scheduler) scheduleFor(id sweeps.ID) {
	for _, d := range m.waiting[id] {
		if s, at, ok := m.firstWaiting(d); ok {
			s.revisit(at)
			m.disturb(s)
		}
	}
}

// scheduleAll has a pending task looked at again wherever it is wanted or waited for.
func (m *scheduler) scheduleAll(id sweeps.ID, last bool) {
	m.places.each(id, func(r ref) bool {
		if s := m.numbers[r.sweep()]; !s.retired {
			m.schedule(s, r.at(), last)
		}
		return true
	})
	m.scheduleFor(id)
}

// readmit has a pending task looked at again that was deferred.
func (m *scheduler) readmit(id sweeps.ID) {
	if !m.deferred[id] {
		return
	}
	delete(m.deferred, id)
	if phase, known := m.phaseOf(id); known && phase == Pending {
		t := m.tasks[id]
		m.scheduleAll(id, t != nil && t.last)
	}
}

// disturb notes whether work of a sweep that has just become pending takes precedence over what is queued.
func (m *scheduler) disturb(s *sweep) {
	if m.floor == nil || !s.isOpen() || m.queued == 0 || s.isFull() {
		return
	}
	if s.priority > *m.floor || s.priority == *m.floor && s.counts[Queued] == 0 {
		m.disturbed = true
	}
}

// move changes a task's phase. A sweep that was full, and may have another task sent now, does not wait behind what is queued.
func (m *scheduler) move(t *entry, to Phase) {
	wasTaken := t.phase == Queued || t.phase == Running
	m.taskTable.move(t, to)
	if !wasTaken || to == Queued || to == Running {
		return
	}
	for _, name := range m.sets.of(t.want) {
		if s := m.sweeps[name]; s.most > 0 && s.counts[Pending]+s.counts[Waiting] > 0 {
			m.disturb(s)
		}
	}
}

// lower notes that a task of this priority is queued.
func (m *scheduler) lower(priority int) {
	if m.floor == nil || priority < *m.floor {
		m.floor = &priority
	}
}

// charge charges a sweep and its user for work; refunds are negative. What is on its way when another user launches the sweep again
// is settled with that user.
func (m *scheduler) charge(s *sweep, seconds float64) {
	s.charged += seconds
	m.users[s.user] += seconds
}

// join charges a sweep that is opened as much as its user's open sweep of its priority that was charged least, so that neither
// a launch nor a resumption gives it an advantage; and if it is its user's only one, the user as much as the one of those who have open
// sweeps of its priority that was charged least. Orders that nobody has claimed do not count: they are withdrawn next.
func (m *scheduler) join(joining *sweep) {
	ordered, orderedBy := map[string]float64{}, map[string]float64{}
	for _, t := range m.tasks {
		if t.phase != Queued {
			continue
		}
		ordered[t.charge.sweep] += t.charge.seconds
		if s := m.sweeps[t.charge.sweep]; s != nil {
			orderedBy[s.user] += t.charge.seconds
		}
	}
	least, leastUser := math.Inf(1), math.Inf(1)
	for _, s := range m.order {
		switch {
		case !s.isOpen() || s.finished || s.priority != joining.priority || s.name == joining.name:
		case s.user == joining.user:
			least = min(least, s.charged-ordered[s.name])
		default:
			leastUser = min(leastUser, m.users[s.user]-orderedBy[s.user])
		}
	}
	switch {
	case !math.IsInf(least, 1):
		joining.charged = max(joining.charged, least)
	case !math.IsInf(leastUser, 1):
		m.users[joining.user] = max(m.users[joining.user], leastUser)
	}
}
