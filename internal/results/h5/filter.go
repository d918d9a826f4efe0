package h5

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// Filter appends what WriteChunk stores to dst: the bytes of a whole chunk shuffled
// (first bytes of all elements, then second bytes, …) and deflated at level 5.
// klauspost's zlib does it three times faster than the standard library's.
func Filter(dst, chunk []byte, elementSize int) ([]byte, error) {
	c := compressors.Get().(*compressor)
	defer compressors.Put(c)
	c.shuffled = slices.Grow(c.shuffled[:0], len(chunk))[:len(chunk)]
	shuffle(c.shuffled, chunk, elementSize)
	out := bytes.NewBuffer(dst)
	c.zlib.Reset(out)
	if _, err := c.zlib.Write(c.shuffled); err != nil {
		return nil, fmt.Errorf("compress chunk: %w", err)
	}
	if err := c.zlib.Close(); err != nil {
		return nil, fmt.Errorf("compress chunk: %w", err)
	}
	return out.Bytes(), nil
}

// compressor is larger than a chunk.
type compressor struct {
	zlib     *zlib.Writer
	shuffled []byte
}

var compressors = sync.Pool{New: func() any {
	w, err := zlib.NewWriterLevel(nil, 5)
	if err != nil {
		panic(err) // the level is legal
	}
	return &compressor{zlib: w}
}}

func shuffle(dst, chunk []byte, size int) {
	n := len(chunk) / size
	for b := range size {
		plane := dst[b*n : (b+1)*n]
		for i := range plane {
			plane[i] = chunk[i*size+b]
		}
	}
}
