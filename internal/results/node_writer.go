package results

import (
	"context"
	"runtime"

	"eisweep/internal/results/h5"
)

// nodeWriter writes nodes in the order of layout, digesting them on the way.
type nodeWriter struct {
	ctx    context.Context
	file   *h5.Writer
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
		return w.file.WriteLines(n.path, n.lines, attributesOf(n)...)
	}
	if err := w.file.CreateGroup(n.path, attributesOf(n)...); err != nil {
		return err
	}
	w.digest.group(n.path)
	return w.digestAttributes(n)
}

func attributesOf(n *node) []h5.Attribute {
	list := make([]h5.Attribute, len(n.attributes))
	for i, a := range n.attributes {
		list[i] = h5.Attribute{Name: a.name, Value: a.value}
	}
	return list
}

func (w *nodeWriter) digestAttributes(n *node) error {
	for _, a := range n.attributes {
		if err := w.digest.attribute(a.name, a.value); err != nil {
			return err
		}
	}
	return nil
}

func (w *nodeWriter) array(n *node) error {
	shape := chunkShape(n.dims, n.values.elementType().Size())
	a, err := w.file.CreateArray(n.path, n.values.elementType(), n.dims, shape, attributesOf(n)...)
	if err != nil {
		return err
	}
	w.digest.array(n.path, n.values.elementType(), n.dims)
	if err := w.digestAttributes(n); err != nil {
		return err
	}
	if err := w.chunks(a, n, shape); err != nil {
		return err
	}
	return a.Close()
}

// chunks encodes and compresses as many chunks at a time as there are processors,
// and digests and stores them in their order meanwhile.
func (w *nodeWriter) chunks(a *h5.ArrayWriter, n *node, shape []int) error {
	ring := make([]*chunk, runtime.GOMAXPROCS(0)+1)
	defer func() {
		for _, c := range ring {
			if c != nil {
				c.made.Wait()
			}
		}
	}()
	v, made := n.values, 0
	for b := range blocks(n.dims, shape) {
		place := &ring[made%len(ring)]
		if *place == nil {
			*place = newChunk(v.elementType(), product(shape))
		} else if err := w.store(a, *place); err != nil {
			return err
		}
		(*place).begin(b, v)
		made++
	}
	for first := max(0, made-len(ring)); first < made; first++ {
		if err := w.store(a, ring[first%len(ring)]); err != nil {
			return err
		}
	}
	return nil
}

func (w *nodeWriter) store(a *h5.ArrayWriter, c *chunk) error {
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
