package results

import (
	"context"
	"runtime"
	"slices"

	"eisweep/internal/results/h5"
)

// nodeWriter writes nodes in the order of layout, digesting them on the way.
type nodeWriter struct {
	ctx    context.Context
	file   *h5.File
	digest digester
}

func (w *nodeWriter) write(nodes []node) error {
	for i := range nodes {
		if err := w.node(&nodes[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *nodeWriter) node(n *node) error {
	switch {
	case n.values != nil:
		return w.array(n)
	case n.isLines:
		if err := w.file.WriteLines(n.path, n.lines); err != nil {
			return err
		}
		return w.setAttributes(n)
	case n.path != "/":
		if err := w.file.CreateGroup(n.path); err != nil {
			return err
		}
	}
	w.digest.group(n.path)
	return w.attributes(n)
}

func (w *nodeWriter) setAttributes(n *node) error {
	list := make([]h5.Attribute, len(n.attributes))
	for i, a := range n.attributes {
		list[i] = h5.Attribute{Name: a.name, Value: a.value}
	}
	return w.file.SetAttributes(n.path, list...)
}

func (w *nodeWriter) attributes(n *node) error {
	for _, a := range n.attributes {
		if err := w.digest.attribute(a.name, a.value); err != nil {
			return err
		}
	}
	return w.setAttributes(n)
}

func (w *nodeWriter) array(n *node) error {
	shape := chunkShape(n.dims, n.values.elementType().Size())
	a, err := w.file.CreateArray(n.path, n.values.elementType(), n.dims, shape)
	if err != nil {
		return err
	}
	defer a.Close()
	w.digest.array(n.path, a.Type, n.dims)
	if err := w.attributes(n); err != nil {
		return err
	}
	if err := w.chunks(a, n.values, shape); err != nil {
		return err
	}
	return a.Close()
}

// chunks writes an array's chunks: a single one here and now, else as ring does.
func (w *nodeWriter) chunks(a *h5.Array, v values, shape []int) error {
	if !slices.Equal(a.Dims, shape) {
		return w.ring(a, v, shape)
	}
	c := newChunk(v.elementType(), v.length())
	c.block = blockAt(a.Dims, shape, make([]int, len(shape)))
	c.err = c.make(v)
	return w.store(a, c)
}

// ring encodes and compresses as many chunks at a time as there are processors,
// and digests and stores them in their order meanwhile.
func (w *nodeWriter) ring(a *h5.Array, v values, shape []int) error {
	ring := make([]*chunk, runtime.GOMAXPROCS(0)+1)
	defer func() {
		for _, c := range ring {
			if c != nil {
				c.made.Wait()
			}
		}
	}()
	n := 0
	for b := range blocks(a.Dims, shape) {
		place := &ring[n%len(ring)]
		if *place == nil {
			*place = newChunk(v.elementType(), product(shape))
		} else if err := w.store(a, *place); err != nil {
			return err
		}
		(*place).begin(b, v)
		n++
	}
	for first := max(0, n-len(ring)); first < n; first++ {
		if err := w.store(a, ring[first%len(ring)]); err != nil {
			return err
		}
	}
	return nil
}

func (w *nodeWriter) store(a *h5.Array, c *chunk) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	c.made.Wait()
	if c.err != nil {
		return c.err
	}
	w.digest.Write(c.bytes[:c.block.n*c.elementSize])
	return a.WriteChunk(c.block.offset, c.filtered)
}
