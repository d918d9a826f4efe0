package results

import (
	"bytes"
	"sync"

	"eisweep/internal/results/h5"
)

// chunk is a block on its way to the file, one after the other.
type chunk struct {
	elementSize int
	made        sync.WaitGroup // what follows is made
	block       block
	bytes       []byte // a whole chunk: zeros beyond the array's edge
	filtered    []byte
	err         error
	spare       []byte
}

func newChunk(t h5.Type, elements int) *chunk {
	size := elements * t.Size()
	return &chunk{elementSize: t.Size(), bytes: make([]byte, size), spare: make([]byte, size)}
}

// begin makes the chunk of another block in the background.
func (c *chunk) begin(b block, v values) {
	c.block = b
	c.made.Go(func() { c.err = c.make(v) })
}

// make spares the compression where the bytes are those of the block before, as in
// all_correlations nearly always.
func (c *chunk) make(v values) error {
	n := c.block.n * c.elementSize
	if err := v.encode(c.spare[:n], c.block.start); err != nil {
		return err
	}
	clear(c.spare[n:])
	if c.filtered != nil && bytes.Equal(c.spare, c.bytes) {
		return nil
	}
	c.bytes, c.spare = c.spare, c.bytes
	var err error
	c.filtered, err = h5.Filter(c.filtered[:0], c.bytes, c.elementSize)
	return err
}
