package catalog

import (
	"hash/maphash"

	"eisweep/sweeps"
)

var idSeed = maphash.MakeSeed()

// home is the slot where the search for an id begins.
func (t *taskTable) home(id sweeps.ID) int {
	return int(maphash.Bytes(idSeed, id[:]) & uint64(len(t.slots)-1))
}

// find returns the slot of a task, or the free slot where it belongs.
func (t *taskTable) find(id sweeps.ID) (slot int, found bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	slot = t.home(id)
	for t.slots[slot] != 0 {
		if t.row(t.slots[slot]-1).id == id {
			return slot, true
		}
		slot = (slot + 1) & (len(t.slots) - 1)
	}
	return slot, false
}

// add adds a task that is not in the table, and returns its slot.
func (t *taskTable) add(id sweeps.ID) (slot int) {
	if 4*(t.size()+1) > 3*len(t.slots) {
		t.grow()
	}
	n := t.rows
	if last := len(t.free) - 1; last >= 0 {
		n, t.free = t.free[last], t.free[:last]
	} else {
		if int(n) == len(t.pages)*pageRows {
			t.pages = append(t.pages, new([pageRows]taskRow))
		}
		t.rows++
	}
	t.row(n).id = id
	slot = t.place(id)
	t.slots[slot] = n + 1
	return slot
}

// place is the free slot where an id belongs that no slot has.
func (t *taskTable) place(id sweeps.ID) (slot int) {
	for slot = t.home(id); t.slots[slot] != 0; slot = (slot + 1) & (len(t.slots) - 1) {
	}
	return slot
}

func (t *taskTable) grow() {
	old := t.slots
	t.slots = make([]uint32, max(64, 2*len(old)))
	for _, n := range old {
		if n != 0 {
			t.slots[t.place(t.row(n-1).id)] = n
		}
	}
}

// remove removes a task.
func (t *taskTable) remove(id sweeps.ID) {
	hole, ok := t.find(id)
	if !ok {
		return
	}
	n := t.slots[hole] - 1
	delete(t.several, n)
	*t.row(n) = taskRow{}
	t.free = append(t.free, n)
	// What follows without a gap moves up, unless that would put it before the place where its search begins.
	mask := len(t.slots) - 1
	for at := (hole + 1) & mask; t.slots[at] != 0; at = (at + 1) & mask {
		home := t.home(t.row(t.slots[at] - 1).id)
		if (at-home)&mask >= (at-hole)&mask {
			t.slots[hole], hole = t.slots[at], at
		}
	}
	t.slots[hole] = 0
}
