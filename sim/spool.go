package sim

import (
	"fmt"
	"io"
)

// Spool keeps an array that is too large for memory, in a file, for example. What was written
// at an offset can be read there again. Only one simulation uses it at a time.
type Spool interface {
	io.ReaderAt
	io.WriterAt
}

// rateChanges is an array (blocks, size) that is filled block by block. With a spool only the
// current block is in memory; the spool has the others, as little-endian float32.
type rateChanges struct {
	size  int
	whole []float32 // without a spool
	spool Spool
	hand  []float32 // with one
}

func newRateChanges(blocks, size int, spool Spool) *rateChanges {
	if spool == nil {
		return &rateChanges{size: size, whole: make([]float32, blocks*size)}
	}
	return &rateChanges{size: size, spool: spool, hand: make([]float32, size)}
}

// block returns the memory in which block n is filled.
func (c *rateChanges) block(n int) []float32 {
	if c.spool != nil {
		return c.hand
	}
	return c.whole[n*c.size : (n+1)*c.size]
}

// keep stores block n, which is full. It may be called again for the same block.
func (c *rateChanges) keep(n int) error {
	if c.spool == nil {
		return nil
	}
	a := newWriter(io.NewOffsetWriter(c.spool, c.offset(n)))
	a.float32s(c.hand)
	if a.err != nil {
		return fmt.Errorf("keep rate changes: %w", a.err)
	}
	return nil
}

// read returns block n, which was stored; buffer has room for one block.
func (c *rateChanges) read(n int, buffer []float32) ([]float32, error) {
	if c.spool == nil {
		return c.block(n), nil
	}
	size := int64(c.size) * 4
	a := newReader(io.NewSectionReader(c.spool, c.offset(n), size), size)
	a.float32s(buffer)
	if a.err != nil {
		return nil, fmt.Errorf("read kept rate changes: %w", a.err)
	}
	return buffer, nil
}

// buffer returns a buffer for read.
func (c *rateChanges) buffer() []float32 {
	if c.spool == nil {
		return nil
	}
	return make([]float32, c.size)
}

func (c *rateChanges) offset(n int) int64 { return int64(n) * int64(c.size) * 4 }

// walk writes or reads the first values: full blocks and the beginning of the current one.
func (c *rateChanges) walk(a *archive, values int) {
	buffer := c.buffer()
	full, rest := values/c.size, values%c.size
	for n := 0; n < full && a.err == nil; n++ {
		if a.writing() {
			block, err := c.read(n, buffer)
			a.fail(err)
			a.float32s(block)
		} else {
			a.float32s(c.block(n))
			a.fail(c.keep(n))
		}
	}
	if rest > 0 {
		a.float32s(c.block(full)[:rest])
	}
}
