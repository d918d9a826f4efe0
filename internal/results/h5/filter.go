package h5

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// Filter appends to dst what WriteChunk stores: the bytes of a whole chunk, shuffled (the first bytes of all elements,
// then the second bytes, …) and deflated at level 5. klauspost's zlib is three times faster than the standard library's.
func Filter(dst, chunk []byte, elementSize int) ([]byte, error) {
	pool := &compressors
	if len(chunk) <= MaxStored {
		pool = &storers
	}
	c := pool.Get().(*compressor)
	defer pool.Put(c)
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

// MaxStored is the size up to which Filter stores chunks without compression, since computing a Huffman code takes
// longer than writing the chunk. The filtered size of such a chunk doesn't depend on its contents.
const MaxStored = 1 << 10

// compressor is pooled because it is larger than a chunk.
type compressor struct {
	zlib     *zlib.Writer
	shuffled []byte
}

var (
	compressors = sync.Pool{New: func() any { return newCompressor(5) }}
	storers     = sync.Pool{New: func() any { return newCompressor(zlib.NoCompression) }}
)

func newCompressor(level int) *compressor {
	w, err := zlib.NewWriterLevel(nil, level)
	if err != nil {
		panic(err) // both levels are valid
	}
	return &compressor{zlib: w}
}

func shuffle(dst, chunk []byte, size int) {
	n := len(chunk) / size
	for b := range size {
		plane := dst[b*n : (b+1)*n]
		for i := range plane {
			plane[i] = chunk[i*size+b]
		}
	}
}
