package results

import (
	"bytes"
	"sync"

	"eisweep/internal/results/h5"
)

// chunk encodes and compresses one block after another.
type chunk struct {
	elementSize int
	encoded     sync.WaitGroup // the fields below are set
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

// start encodes and compresses another block in the background.
func (c *chunk) start(b block, v values) {
	c.block = b
	c.encoded.Go(func() { c.err = c.encode(v) })
}

// encode skips the compression when the bytes equal those of the block before, as nearly always in all_correlations.
func (c *chunk) encode(v values) error {
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
