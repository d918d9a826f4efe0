package catalog

import "iter"

// nameTable says which task's result has which file name in a sweep: the task's row in the table of tasks, by the hash of the
// name. There may be millions of names. The zero value is empty.
type nameTable struct {
	hashes []uint64 // open addressing
	rows   []uint32 // plus 1; 0 where the slot is free
	names  int
}

// find returns the slot of a name, or the free slot where it belongs.
func (t *nameTable) find(name uint64) (slot int, found bool) {
	if len(t.rows) == 0 {
		return 0, false
	}
	mask := len(t.rows) - 1
	for slot = int(name) & mask; t.rows[slot] != 0; slot = (slot + 1) & mask {
		if t.hashes[slot] == name {
			return slot, true
		}
	}
	return slot, false
}

func (t *nameTable) row(name uint64) (row uint32, ok bool) {
	slot, ok := t.find(name)
	if !ok {
		return 0, false
	}
	return t.rows[slot] - 1, true
}

func (t *nameTable) set(name uint64, row uint32) {
	slot, ok := t.find(name)
	if !ok {
		if t.names++; 4*t.names > 3*len(t.rows) {
			t.grow()
			slot, _ = t.find(name)
		}
		t.hashes[slot] = name
	}
	t.rows[slot] = row + 1
}

func (t *nameTable) grow() {
	hashes, rows := t.hashes, t.rows
	size := max(8, 2*len(rows))
	t.hashes, t.rows = make([]uint64, size), make([]uint32, size)
	for i, row := range rows {
		if row != 0 {
			slot, _ := t.find(hashes[i])
			t.hashes[slot], t.rows[slot] = hashes[i], row
		}
	}
}

func (t *nameTable) remove(name uint64) {
	hole, ok := t.find(name)
	if !ok {
		return
	}
	t.names--
	// What follows without a gap moves up, unless that would put it before the place where its search begins.
	mask := len(t.rows) - 1
	for at := (hole + 1) & mask; t.rows[at] != 0; at = (at + 1) & mask {
		if (at-int(t.hashes[at]))&mask >= (at-hole)&mask {
			t.hashes[hole], t.rows[hole], hole = t.hashes[at], t.rows[at], at
		}
	}
	t.rows[hole] = 0
}

// all ranges over the names, in no order.
func (t *nameTable) all() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for i, row := range t.rows {
			if row != 0 && !yield(t.hashes[i]) {
				return
			}
		}
	}
}
