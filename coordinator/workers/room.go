package workers

import "time"

// Load is what a worker runs.
type Load struct {
	Tasks   int
	Memory  int64 // bytes that the tasks take
	Refused bool  // the worker has had no memory for a task since it last reported, or since one of its tasks ended
}

// Room is what the workers that take tasks have left for more of them.
type Room []share

// share is the room of one worker.
type share struct {
	slots  int   // free ones
	memory int64 // bytes that all its tasks together may take; 0 is any number
	free   int64 // of them
}

// Room returns what the connected workers have left, given what each of them runs. That is known sooner than from their
// reports.
func (t *Table) Room(now time.Time, load func(worker string) Load) Room {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out Room
	for name, each := range t.list {
		if !isTaking(&each, now) {
			continue
		}
		runs := load(name)
		s := share{slots: max(0, each.Slots-runs.Tasks), memory: each.Memory, free: max(0, each.Memory-runs.Memory)}
		if runs.Refused {
			s.free = 0
		}
		out = append(out, s)
	}
	return out
}

// FitsAll reports whether any worker that fetches a task of so many bytes has the memory for it.
func (r Room) FitsAll(bytes int64) bool {
	for _, s := range r {
		if s.memory > 0 && (bytes > s.memory || s.slots > 0 && bytes > s.free) {
			return false
		}
	}
	return true
}

// FreeSlots is how many tasks of so many bytes could start at once.
func (r Room) FreeSlots(bytes int64) (n int) {
	for _, s := range r {
		free := s.slots
		if s.memory > 0 && bytes > 0 {
			free = int(min(int64(free), s.free/bytes))
		}
		n += free
	}
	return n
}
