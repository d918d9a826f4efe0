package results

import (
	"runtime"
	"sync"

	"eisweep/internal/results/h5"
)

// nodeWriter writes nodes in the order of layout, digesting them on the way.
type nodeWriter struct {
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
	for _, a := range n.attributes {
		if err := w.file.SetAttribute(n.path, a.name, a.value); err != nil {
			return err
		}
	}
	return nil
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

// chunks compresses as many chunks at a time as there are processors and stores
// them in their order.
func (w *nodeWriter) chunks(a *h5.Array, v values, shape []int) error {
	batch := make([]*chunk, 0, runtime.GOMAXPROCS(0))
	for b := range blocks(a.Dims, shape) {
		batch = append(batch, newChunk(b, v, product(shape)))
		if len(batch) == cap(batch) {
			if err := w.store(a, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return w.store(a, batch)
}

func (w *nodeWriter) store(a *h5.Array, batch []*chunk) error {
	var all sync.WaitGroup
	for _, c := range batch {
		all.Go(c.filter)
	}
	for _, c := range batch {
		w.digest.Write(c.bytes[:c.block.n*c.elementSize])
	}
	all.Wait()
	for _, c := range batch {
		if c.err != nil {
			return c.err
		}
		if err := a.WriteChunk(c.block.offset, c.filtered); err != nil {
			return err
		}
	}
	return nil
}

// chunk is a block on its way to the file.
type chunk struct {
	block       block
	elementSize int
	bytes       []byte // a whole chunk: zeros beyond the array's edge
	filtered    []byte
	err         error
}

func newChunk(b block, v values, elements int) *chunk {
	size := v.elementType().Size()
	c := &chunk{block: b, elementSize: size, bytes: make([]byte, elements*size)}
	v.encode(c.bytes[:b.n*size], b.start)
	return c
}

func (c *chunk) filter() { c.filtered, c.err = h5.Filter(c.bytes, c.elementSize) }
