package results

import (
	"context"
	"runtime"
	"slices"

	"eisweep/internal/results/h5"
)

// nodeWriter fills a file that began as the skeleton of its nodes, in the order of layout, and digests the nodes on the
// way.
type nodeWriter struct {
	ctx    context.Context
	file   *h5.File
	digest digester
	// inPlace has the chunks that the initial image already contains, by path.
	inPlace map[string]*chunk
}

// initialImage returns the bytes that the file begins with.
func (w *nodeWriter) initialImage(nodes []node) (image []byte, err error) {
	s, err := sharedSkeletons.of(nodes)
	if err == nil {
		image, w.inPlace, err = s.fill(nodes)
	}
	return image, err
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
	case n.isLines && len(n.lines) == 0:
		return nil
	case n.isLines:
		return w.file.WriteLines(n.path, n.lines)
	}
	w.digest.group(n.path)
	return w.attributes(n)
}

func (w *nodeWriter) attributes(n *node) error {
	for _, a := range n.attributes {
		if err := w.digest.attribute(a.name, a.value); err != nil {
			return err
		}
	}
	return n.setAttributes(w.file, true)
}

func (w *nodeWriter) array(n *node) error {
	w.digest.array(n.path, n.values.elementType(), n.dims)
	if err := w.attributes(n); err != nil {
		return err
	}
	if shape := n.chunkShape(); !slices.Equal(n.dims, shape) {
		return w.chunks(n, shape)
	}
	if c := w.inPlace[n.path]; c != nil {
		return w.digestThen(c, func() error { return nil })
	}
	c := n.onlyChunk()
	return w.digestThen(c, func() error { return w.file.WriteOnlyChunk(n.path, c.filtered) })
}

func (w *nodeWriter) chunks(n *node, shape []int) error {
	a, err := w.file.ReopenArray(n.path, n.values.elementType(), n.dims)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := w.ring(a, n.values, shape); err != nil {
		return err
	}
	return a.Close()
}

// ring encodes and compresses as many chunks in parallel as there are processors, while it digests and stores finished
// chunks in order.
func (w *nodeWriter) ring(a *h5.Array, v values, shape []int) error {
	ring := make([]*chunk, runtime.GOMAXPROCS(0)+1)
	defer func() {
		for _, c := range ring {
			if c != nil {
				c.encoded.Wait()
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
		(*place).start(b, v)
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
	c.encoded.Wait()
	return w.digestThen(c, func() error { return a.WriteChunk(c.block.offset, c.filtered) })
}

// digestThen digests an encoded chunk, then stores it.
func (w *nodeWriter) digestThen(c *chunk, store func() error) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if c.err != nil {
		return c.err
	}
	w.digest.Write(c.bytes[:c.block.n*c.elementSize])
	return store()
}
