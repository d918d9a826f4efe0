package h5

// globalHeap holds what has no fixed length, in collections.
type globalHeap struct {
	collections []collection
}

// collection is a part of the heap. Its objects are numbered from 1 on.
type collection struct {
	bytes   []byte
	objects int
	address uint64
}

// heapObject says where an object is: in which collection, and its number there.
type heapObject struct{ collection, number int }

// A collection has at least the size that the library reads at once, and takes no more
// objects above the size to which the library lets one grow.
const (
	collectionLeast = 4 << 10
	collectionMost  = 64 << 10
	heapHeader      = 16 // of a collection, and of an object
)

func (h *globalHeap) add(value []byte) heapObject {
	last := len(h.collections) - 1
	if last < 0 || len(h.collections[last].bytes)+heapHeader+len(value) > collectionMost {
		h.collections = append(h.collections, collection{bytes: make([]byte, heapHeader, collectionLeast)})
		last++
	}
	c := &h.collections[last]
	c.objects++
	c.bytes = put16(c.bytes, uint16(c.objects))
	c.bytes = append(c.bytes, 0, 0, 0, 0, 0, 0)
	c.bytes = put64(c.bytes, uint64(len(value)))
	c.bytes = pad(append(c.bytes, value...))
	return heapObject{last, c.objects}
}

func (h *globalHeap) write(w *Writer) (err error) {
	for i := range h.collections {
		c := &h.collections[i]
		if free := collectionLeast - len(c.bytes); free > 0 {
			if free >= heapHeader { // object 0 is what is free
				c.bytes = put64(put64(c.bytes, 0), uint64(free))
			}
			c.bytes = append(c.bytes, make([]byte, collectionLeast-len(c.bytes))...)
		}
		header := append([]byte("GCOL"), 1, 0, 0, 0)
		copy(c.bytes, put64(header, uint64(len(c.bytes))))
		if c.address, err = w.append(c.bytes); err != nil {
			return err
		}
	}
	return nil
}

// sequenceSize is the size of a value that lies in the heap.
const sequenceSize = 16

// reference is such a value: its length and where it is. The heap is written.
func (h *globalHeap) reference(b []byte, length uint32, o heapObject) []byte {
	b = put32(b, length)
	b = put64(b, h.collections[o.collection].address)
	return put32(b, uint32(o.number))
}
