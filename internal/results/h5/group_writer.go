package h5

import (
	"fmt"
	"slices"
	"strings"
)

// A node of a group's index has up to 2·symbolIndexK leaves, a leaf up to 2·symbolLeafK
// members. These are the library's defaults.
const (
	symbolLeafK  = 4
	symbolIndexK = 16
	groupLimit   = 2 * symbolIndexK * 2 * symbolLeafK
)

// group is a symbol table: a heap of names, and an index of members by name.
type group struct {
	members     []*member
	heap, index uint64 // their addresses
}

func (g *group) add(m *member) error {
	if len(g.members) == groupLimit {
		return fmt.Errorf("its group has %d members, the most there can be", groupLimit)
	}
	g.members = append(g.members, m)
	return nil
}

func (g *group) messages() []byte {
	return appendMessage(nil, messageSymbolTable, put64(put64(nil, g.index), g.heap))
}

// write writes the names, the leaves and the index, whose one node it is.
func (g *group) write(w *Writer) (err error) {
	slices.SortFunc(g.members, func(a, b *member) int { return strings.Compare(a.name, b.name) })
	names := make([]byte, 8) // the empty name, below all others
	at := make([]uint64, len(g.members))
	for i, m := range g.members {
		at[i] = uint64(len(names))
		names = pad(append(append(names, m.name...), 0))
	}
	if g.heap, err = w.append(localHeap(names, w.next())); err != nil {
		return err
	}
	index := indexNode{kind: 0, size: indexNodeSize(symbolIndexK, 8)}
	index.keys = put64(nil, 0)
	for first := 0; first < len(g.members); first += 2 * symbolLeafK {
		last := min(first+2*symbolLeafK, len(g.members))
		leaf, err := w.append(symbolLeaf(g.members[first:last], at[first:last]))
		if err != nil {
			return err
		}
		index.add(leaf, put64(nil, at[last-1]))
	}
	g.index, err = w.append(index.encode(undefined, undefined))
	return err
}

// localHeap is the heap's header with the names behind it; at is its address.
func localHeap(names []byte, at uint64) []byte {
	b := append([]byte("HEAP"), 0, 0, 0, 0)
	b = put64(b, uint64(len(names)))
	b = put64(b, 1) // no free block
	b = put64(b, at+32)
	return append(b, names...)
}

func symbolLeaf(members []*member, names []uint64) []byte {
	b := make([]byte, 0, 8+2*symbolLeafK*40)
	b = append(b, "SNOD"...)
	b = append(b, 1, 0)
	b = put16(b, uint16(len(members)))
	for i, m := range members {
		b = m.symbol(b, names[i])
	}
	return b[:cap(b)]
}

// symbol is a member's entry in a leaf; name is its place in the heap. A group's gives
// the table's addresses once more.
func (m *member) symbol(b []byte, name uint64) []byte {
	b = put64(put64(b, name), m.address)
	if m.group == nil {
		return append(b, make([]byte, 24)...)
	}
	b = put32(put32(b, 1), 0)
	return put64(put64(b, m.group.index), m.group.heap)
}
