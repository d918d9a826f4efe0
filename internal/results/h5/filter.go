package h5

import (
	"bytes"
	"compress/zlib"
	"fmt"
)

// Filter turns the bytes of a whole chunk into what WriteChunk stores: shuffled
// (first bytes of all elements, then second bytes, …) and deflated at level 5.
func Filter(chunk []byte, elementSize int) ([]byte, error) {
	var out bytes.Buffer
	w, err := zlib.NewWriterLevel(&out, 5)
	if err != nil {
		return nil, fmt.Errorf("compress chunk: %w", err)
	}
	if _, err := w.Write(shuffle(chunk, elementSize)); err != nil {
		return nil, fmt.Errorf("compress chunk: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress chunk: %w", err)
	}
	return out.Bytes(), nil
}

func shuffle(chunk []byte, size int) []byte {
	n := len(chunk) / size
	out := make([]byte, len(chunk))
	for b := range size {
		plane := out[b*n : (b+1)*n]
		for i := range plane {
			plane[i] = chunk[i*size+b]
		}
	}
	return out
}
