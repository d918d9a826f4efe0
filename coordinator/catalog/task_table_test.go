package catalog

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"eisweep/sweeps"
)

// historyMaker makes random histories, of lines in two manifests that a table has.
type historyMaker struct {
	r         *rand.Rand
	manifests []*manifestIndex
}

func newHistoryMaker(table *taskTable) *historyMaker {
	m := &historyMaker{rand.New(rand.NewPCG(1, 2)), []*manifestIndex{newManifestIndex("one"), newManifestIndex("two")}}
	for _, index := range m.manifests {
		table.admit(index)
	}
	return m
}

func (m *historyMaker) line(kind lineKind) Ref {
	return Ref{in: m.manifests[m.r.IntN(2)], begin: m.r.Int64N(1000), file: m.r.Uint64(), bytes: m.r.Int64(), modified: m.r.Int64(),
		length: m.r.Uint32N(1000), run: m.r.Int32N(4), look: m.r.Uint32(), code: uint8(m.r.UintN(256)), kind: kind, hasModified: m.r.IntN(2) == 0}
}

func (m *historyMaker) history() (h History) {
	for range m.r.IntN(3) {
		h.copies = append(h.copies, m.line(lineKind(m.r.IntN(2))))
	}
	for range m.r.IntN(3) {
		h.failures = append(h.failures, m.line(failureLine))
	}
	if h.recount(); m.r.IntN(3) == 0 {
		h.newest++ // by a line that another has replaced
	}
	h.run = h.newest + m.r.Int32N(2)
	return h
}

// TestTheTableGivesHistoriesBack puts and removes histories at random, and compares the table with a map.
func TestTheTableGivesHistoriesBack(t *testing.T) {
	var table taskTable
	m := newHistoryMaker(&table)
	want := map[sweeps.ID]History{}
	alone, several := 0, 0
	for range 60_000 {
		var id sweeps.ID
		id[3] = byte(m.r.IntN(256))
		id[12] = byte(m.r.IntN(8))
		if m.r.IntN(3) == 0 {
			table.remove(id)
			delete(want, id)
		} else {
			h := m.history()
			table.put(id, h)
			want[id] = h
			if table.several[table.slots[must(table.find(id))]-1] != nil {
				several++
			} else if len(h.copies)+len(h.failures) > 0 {
				alone++
			}
		}
		if got, ok := table.history(id); ok != hasKey(want, id) || !reflect.DeepEqual(got, want[id]) {
			t.Fatalf("%+v\nis kept as\n%+v", want[id], got)
		}
	}
	for id, n := range table.all() {
		if got := table.historyOf(n); !reflect.DeepEqual(got, want[id]) {
			t.Fatalf("%+v\nis kept as\n%+v", want[id], got)
		}
		table.remove(id)
		delete(want, id)
	}
	if len(want) > 0 || table.size() != 0 {
		t.Errorf("%d tasks are not ranged over; %d are left", len(want), table.size())
	}
	if several < 1000 || alone < 1000 {
		t.Errorf("%d histories with several lines, %d with one", several, alone)
	}
}

func must(slot int, found bool) int {
	if !found {
		panic("a task that was put is not found")
	}
	return slot
}

func hasKey[K comparable, V any](m map[K]V, key K) bool {
	_, ok := m[key]
	return ok
}

// TestWhatWasFoundOfAFileIsKept notes a file's state with each line that is about it, and with no other.
func TestWhatWasFoundOfAFileIsKept(t *testing.T) {
	var table taskTable
	m := newHistoryMaker(&table)
	for i := range 1000 {
		id := sweeps.ID{byte(i), byte(i >> 8)}
		h := m.history()
		table.put(id, h)
		for k := range h.copies {
			table.noteState(id, &h.copies[k], Damaged, 7)
			for _, c := range table.historyOf(table.slots[must(table.find(id))] - 1).copies[:k+1] {
				if c.state != Damaged || c.look != 7 {
					t.Fatalf("what was found of %+v is lost", c)
				}
			}
		}
	}
}

// TestNumbersOfManifestsAreReused admits and dismisses manifests as a coordinator does with finished sweeps.
func TestNumbersOfManifestsAreReused(t *testing.T) {
	var table taskTable
	for range 1000 {
		a, b := newManifestIndex("a"), newManifestIndex("b")
		table.admit(a)
		table.admit(b)
		table.put(sweeps.ID{1}, History{run: 1, newest: 1, copies: []Ref{{in: b, run: 1}}})
		if h, _ := table.history(sweeps.ID{1}); h.copies[0].in != b {
			t.Fatal("a line is of another manifest")
		}
		table.remove(sweeps.ID{1})
		table.dismiss(a)
		table.dismiss(b)
	}
	if len(table.manifests) != 2 {
		t.Errorf("%d numbers for two manifests", len(table.manifests))
	}
}

// TestNamesAreFoundAgain sets and removes names at random, and compares the table with a map.
func TestNamesAreFoundAgain(t *testing.T) {
	var table nameTable
	want := map[uint64]uint32{}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		name := uint64(r.IntN(2000)) * 0x1000 // many of them begin their search at one slot
		if r.IntN(2) == 0 {
			table.remove(name)
			delete(want, name)
		} else {
			row := r.Uint32N(1000)
			table.set(name, row)
			want[name] = row
		}
		name = uint64(r.IntN(2000)) * 0x1000
		if row, ok := table.row(name); ok != hasKey(want, name) || row != want[name] {
			t.Fatalf("%#x is in row %d (%v), want %d", name, row, ok, want[name])
		}
	}
	for name := range table.all() {
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("%d names are not ranged over", len(want))
	}
}
