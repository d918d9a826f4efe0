package results

import (
	"errors"
	"fmt"
	"slices"

	"eisweep/internal/results/h5"
)

// skeleton is an image of a file, and where in it small arrays have their values, which
// are zero. Neither is to be changed.
type skeleton struct {
	image []byte
	slots map[string]slot // by path
}

// slot is the place of an array's only chunk.
type slot struct{ address, size int }

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
			if s.slots[n.path], err = n.reserve(file); err != nil {
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
	return n.values != nil && n.bytes() <= h5.MaxStored && slices.Equal(n.dims, n.chunkShape())
}

// reserve stores zeros in a small array.
func (n *node) reserve(file *h5.File) (slot, error) {
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
			if err := file.WriteLines(n.path, nil); err != nil {
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
func (n *node) setAttributes(file *h5.File, perTask bool) error {
	var list []h5.Attribute
	for _, a := range n.attributes {
		if a.perTask == perTask {
			list = append(list, h5.Attribute{Name: a.name, Value: a.value})
		}
	}
	if len(list) == 0 {
		return nil
	}
	return file.SetAttributes(n.path, list...)
}
