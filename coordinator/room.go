package coordinator

import (
	"time"

	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// room is the memory and the slots of the workers that take tasks.
type room []control.Worker

// taking lists the workers that are connected and take tasks.
func (w *workers) taking(now time.Time) (out []control.Worker) {
	for _, each := range w.known(now) {
		if !each.Silent && each.Takes() {
			out = append(out, each)
		}
	}
	return out
}

// slots is how many slots the connected workers have.
func (w *workers) slots(now time.Time) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, each := range w.list { // at every event: nothing is sorted
		if !each.Ended && now.Sub(each.Heard) <= silence && each.Takes() {
			n += each.Slots
		}
	}
	return n
}

func (w *workers) room(now time.Time) room { return w.taking(now) }

// fitsAll reports whether any worker that fetches a task of so many bytes has the memory for it.
func (r room) fitsAll(bytes int64) bool {
	for i := range r {
		if w := &r[i]; w.Memory > 0 && (bytes > w.Memory || w.Busy < w.Slots && bytes > w.Free) {
			return false
		}
	}
	return true
}

// freeSlots is how many tasks of so many bytes could start at once.
func (r room) freeSlots(bytes int64) (n int) {
	for i := range r {
		w := &r[i]
		free := max(0, w.Slots-w.Busy)
		if w.Memory > 0 && bytes > 0 {
			free = int(min(int64(free), w.Free/bytes))
		}
		n += free
	}
	return n
}

// refused notes that a worker had no memory for a task. Until its next presence, it counts as having no free
// memory.
func (w *workers) refused(name, reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if each, ok := w.list[name]; ok {
		each.Free, each.Refused = 0, reason
		w.list[name] = each
	}
}

// tasksOf are the tasks of attempts.
func tasksOf(attempts []protocol.Attempt) []sweeps.ID {
	ids := make([]sweeps.ID, len(attempts))
	for i := range attempts {
		ids[i] = attempts[i].ID
	}
	return ids
}
