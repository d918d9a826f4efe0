package lifecycle

import (
	"encoding/binary"

	"eisweep/sweeps"
)

// ref is the place of a task in a sweep: the sweep's number, from 1, and the task's position.
type ref uint64

func newRef(sweep uint32, at int32) ref { return ref(sweep)<<32 | ref(uint32(at)) }

func (r ref) sweep() uint32 { return uint32(r >> 32) }
func (r ref) at() int32     { return int32(uint32(r)) }

// index finds the places of a task by its id: an open hash table whose slots hold places only,
// since the sweeps hold the ids. A task has a place in each sweep that wants it. A place that is given
// up keeps its slot until the table is made anew.
type index struct {
	slots []ref // 0 where there is none
	used  int
	id    func(ref) (id sweeps.ID, ok bool) // ok is false of a place that was given up
}

// minSlots is the size of the smallest table, a power of 2.
const minSlots = 64

func hash(id sweeps.ID) uint64 {
	h := binary.LittleEndian.Uint64(id[:8]) ^ binary.LittleEndian.Uint64(id[8:])*0x9E3779B97F4A7C15
	return (h ^ h>>32) * 0xD6E8FEB86659FD93
}

// add adds a place of a task.
func (x *index) add(id sweeps.ID, r ref) {
	if 4*(x.used+1) > 3*len(x.slots) {
		x.rebuild()
	}
	x.insert(id, r)
}

func (x *index) insert(id sweeps.ID, r ref) {
	mask := uint64(len(x.slots) - 1)
	at := hash(id) >> 7 & mask
	for x.slots[at] != 0 {
		at = (at + 1) & mask
	}
	x.slots[at] = r
	x.used++
}

// rebuild makes a table without the places that were given up, and with room for as many more.
func (x *index) rebuild() {
	live := 0
	for _, r := range x.slots {
		if r == 0 {
			continue
		}
		if _, ok := x.id(r); ok {
			live++
		}
	}
	size := minSlots
	for 3*size < 8*live {
		size *= 2
	}
	old := x.slots
	x.slots, x.used = make([]ref, size), 0
	for _, r := range old {
		if r == 0 {
			continue
		}
		if id, ok := x.id(r); ok {
			x.insert(id, r)
		}
	}
}

// each calls f with the places of a task until f returns false. f may give them up.
func (x *index) each(id sweeps.ID, f func(ref) bool) {
	if len(x.slots) == 0 {
		return
	}
	mask := uint64(len(x.slots) - 1)
	for at := hash(id) >> 7 & mask; x.slots[at] != 0; at = (at + 1) & mask {
		r := x.slots[at]
		if of, ok := x.id(r); ok && of == id && !f(r) {
			return
		}
	}
}
