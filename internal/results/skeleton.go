package results

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"

	"eisweep/internal/results/h5"
)

// skeletons keeps what files of many tasks begin with: all nodes, and those attributes
// that tasks of a sweep mostly have in common. The library makes it once; a task's file
// begins as a copy, and is the same whether it was kept or made for it.
type skeletons struct {
	mu   sync.Mutex
	list map[string]*skeleton // by skeletonKey
	used map[string]uint64    // when, counted in uses
	uses uint64
}

// skeleton is an image of a file, and where in it small arrays have their values, which
// are zero. Neither is to be changed.
type skeleton struct {
	image []byte
	slots map[string]slot // by path
}

// slot is the place of an array's only chunk.
type slot struct{ address, size int }

// mostSkeletons of some 50 KB are kept.
const mostSkeletons = 16

var kept = skeletons{list: map[string]*skeleton{}, used: map[string]uint64{}}

// of returns the skeleton of nodes.
func (s *skeletons) of(nodes []node) (*skeleton, error) {
	key := string(skeletonKey(nodes))
	s.mu.Lock()
	known := s.list[key]
	if known != nil {
		s.touch(key)
	}
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	made, err := makeSkeleton(nodes)
	if err != nil {
		return nil, fmt.Errorf("make empty file: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list[key] = made
	s.touch(key)
	if len(s.list) > mostSkeletons {
		s.drop(s.oldest())
	}
	return made, nil
}

func (s *skeletons) touch(key string) {
	s.uses++
	s.used[key] = s.uses
}

func (s *skeletons) oldest() string {
	return slices.MinFunc(slices.Collect(maps.Keys(s.used)), func(a, b string) int { return int(s.used[a]) - int(s.used[b]) })
}

func (s *skeletons) drop(key string) {
	delete(s.list, key)
	delete(s.used, key)
}

// skeletonKey tells everything that a skeleton follows from.
func skeletonKey(nodes []node) []byte {
	var b []byte
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	for i := range nodes {
		n := &nodes[i]
		text(n.path)
		switch {
		case n.values != nil:
			b = append(b, 'a', byte(n.values.elementType()))
			for _, d := range append(slices.Clone(n.dims), len(n.dims)) {
				b = binary.AppendUvarint(b, uint64(d))
			}
		case n.isLines:
			b = binary.AppendUvarint(append(b, 'l'), uint64(len(n.lines)))
		}
		for _, a := range n.attributes {
			if !a.own {
				text(a.name)
				b = appendValue(b, a.value)
			}
		}
		b = append(b, 0)
	}
	return b
}

// appendValue appends the type and the value of an attribute.
func appendValue(b []byte, value any) []byte {
	text := func(kind byte, s string) []byte {
		return append(binary.AppendUvarint(append(b, kind), uint64(len(s))), s...)
	}
	switch v := value.(type) {
	case bool:
		if v {
			return append(b, 'b', 1)
		}
		return append(b, 'b', 0)
	case int64:
		return binary.LittleEndian.AppendUint64(append(b, 'i'), uint64(v))
	case float64:
		return binary.LittleEndian.AppendUint64(append(b, 'f'), math.Float64bits(v))
	case string:
		return text('s', v)
	case h5.ASCII:
		return text('a', string(v))
	case h5.Text:
		return text('t', string(v))
	default:
		return text('?', fmt.Sprintf("%T", v)) // making the skeleton fails
	}
}

func makeSkeleton(nodes []node) (s *skeleton, err error) {
	file, err := h5.CreateImage()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	s = &skeleton{slots: map[string]slot{}}
	for i := range nodes {
		n := &nodes[i]
		if err := n.begin(file); err != nil {
			return nil, err
		}
		if n.small() {
			if s.slots[n.path], err = n.makeRoom(file); err != nil {
				return nil, err
			}
		}
	}
	if err := file.Flush(); err != nil {
		return nil, err
	}
	s.image, err = file.Image()
	return s, err
}

// small reports whether the node is an array in one chunk that isn't compressed.
func (n *node) small() bool {
	return n.values != nil && n.bytes() <= h5.StoredMost && slices.Equal(n.dims, n.chunkShape())
}

// makeRoom stores zeros in a small array.
func (n *node) makeRoom(file *h5.File) (slot, error) {
	zeros, err := h5.Filter(nil, make([]byte, n.bytes()), n.values.elementType().Size())
	if err != nil {
		return slot{}, err
	}
	if err := file.WriteOnlyChunk(n.path, zeros); err != nil {
		return slot{}, err
	}
	address, size, err := file.OnlyChunk(n.path)
	if err == nil && size != len(zeros) {
		err = fmt.Errorf("the chunk of %s has %d bytes, %d were written", n.path, size, len(zeros))
	}
	return slot{address, size}, err
}

// fill returns the image with the values of small arrays in their places, and their
// chunks.
func (s *skeleton) fill(nodes []node) (image []byte, chunks map[string]*chunk, err error) {
	image, chunks = slices.Clone(s.image), make(map[string]*chunk, len(s.slots))
	for i := range nodes {
		n := &nodes[i]
		at, ok := s.slots[n.path]
		if !ok {
			continue
		}
		c := n.onlyChunk()
		if c.err != nil {
			return nil, nil, c.err
		}
		if len(c.filtered) != at.size {
			return nil, nil, fmt.Errorf("the chunk of %s has %d bytes, not %d", n.path, len(c.filtered), at.size)
		}
		copy(image[at.address:], c.filtered)
		chunks[n.path] = c
	}
	return image, chunks, nil
}

// onlyChunk makes the chunk of an array that has one.
func (n *node) onlyChunk() *chunk {
	c := newChunk(n.values.elementType(), n.values.length())
	c.block = blockAt(n.dims, n.dims, make([]int, len(n.dims)))
	c.err = c.make(n.values)
	return c
}

// begin makes a node with the attributes that aren't the task's own, and without values.
func (n *node) begin(file *h5.File) error {
	switch {
	case n.values != nil:
		a, err := file.CreateArray(n.path, n.values.elementType(), n.dims, n.chunkShape())
		if err != nil {
			return err
		}
		if err := a.Close(); err != nil {
			return err
		}
	case n.isLines:
		if err := file.CreateLines(n.path, len(n.lines)); err != nil {
			return err
		}
		if len(n.lines) == 0 {
			if err := file.FillLines(n.path, nil); err != nil {
				return err
			}
		}
	case n.path != "/":
		if err := file.CreateGroup(n.path); err != nil {
			return err
		}
	}
	return n.setAttributes(file, false)
}

// setAttributes stores those attributes that are the task's own, or those that aren't.
func (n *node) setAttributes(file *h5.File, own bool) error {
	var list []h5.Attribute
	for _, a := range n.attributes {
		if a.own == own {
			list = append(list, h5.Attribute{Name: a.name, Value: a.value})
		}
	}
	if len(list) == 0 {
		return nil
	}
	return file.SetAttributes(n.path, list...)
}
