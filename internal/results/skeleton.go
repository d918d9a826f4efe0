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
	mu     sync.Mutex
	images map[string][]byte // by skeletonKey; not to be changed
	used   map[string]uint64 // when, counted in uses
	uses   uint64
}

// mostSkeletons of some 50 KB are kept.
const mostSkeletons = 16

var kept = skeletons{images: map[string][]byte{}, used: map[string]uint64{}}

// of returns the image of the skeleton of nodes.
func (s *skeletons) of(nodes []node) ([]byte, error) {
	key := string(skeletonKey(nodes))
	s.mu.Lock()
	image := s.images[key]
	if image != nil {
		s.touch(key)
	}
	s.mu.Unlock()
	if image != nil {
		return image, nil
	}
	image, err := makeSkeleton(nodes)
	if err != nil {
		return nil, fmt.Errorf("make empty file: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.images[key] = image
	s.touch(key)
	if len(s.images) > mostSkeletons {
		s.drop(s.oldest())
	}
	return image, nil
}

func (s *skeletons) touch(key string) {
	s.uses++
	s.used[key] = s.uses
}

func (s *skeletons) oldest() string {
	return slices.MinFunc(slices.Collect(maps.Keys(s.used)), func(a, b string) int { return int(s.used[a]) - int(s.used[b]) })
}

func (s *skeletons) drop(key string) {
	delete(s.images, key)
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

func makeSkeleton(nodes []node) (image []byte, err error) {
	file, err := h5.CreateImage()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for i := range nodes {
		if err := nodes[i].begin(file); err != nil {
			return nil, err
		}
	}
	if err := file.Flush(); err != nil {
		return nil, err
	}
	return file.Image()
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
