package results

import (
	"errors"
	"fmt"
	"slices"

	"eisweep/internal/results/h5"
)

// skeleton is the image of a file with all nodes but without the tasks' own values. Small arrays have a place in it and
// are zero. It is immutable.
type skeleton struct {
	image []byte
	slots map[string]slot // by path
}

// slot is the place of an array's only chunk in the image.
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
		if err := n.create(file); err != nil {
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

// small reports whether the node is an array of one uncompressed chunk.
func (n *node) small() bool {
	return n.values != nil && n.bytes() <= h5.MaxStored && slices.Equal(n.dims, n.chunkShape())
}

// reserve stores zeros in a small array, and returns their place.
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

// fill returns the image with the values of small arrays in their places, and the chunks of those arrays.
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

// onlyChunk encodes an array that has only one chunk.
func (n *node) onlyChunk() *chunk {
	c := newChunk(n.values.elementType(), n.values.length())
	c.block = blockAt(n.dims, n.dims, make([]int, len(n.dims)))
	c.err = c.encode(n.values)
	return c
}

// create creates a node without values, and with the attributes that all tasks of a sweep share.
func (n *node) create(file *h5.File) error {
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

// setAttributes stores either the attributes that differ between tasks or the others.
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
