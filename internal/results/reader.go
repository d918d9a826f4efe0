package results

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"slices"

	"eisweep/internal/results/h5"
)

// Reader is an open result file, of eisweep or of the published program. Only a Query's Answer has one, in the child of
// a Prober. Errors about what the file contains wrap ErrNotResult, or ErrMissing for an array that the file doesn't have.
type Reader struct {
	Info Info // what the file says about itself

	file *h5.File
}

// ErrMissing is wrapped when a file doesn't have an array.
var ErrMissing = h5.ErrMissing

// AnyLength is the length of an axis that may have any.
const AnyLength = -1

// maxRead is how many bytes Float64s and Block read at most.
const maxRead = 512 << 20

// Shape returns the type of an array's elements and the lengths of its axes.
func (r *Reader) Shape(path string) (h5.Type, []int, error) {
	a, err := r.file.OpenArray(path)
	if err != nil {
		return h5.Other, nil, err
	}
	return a.Type, a.Dims, a.Close()
}

// Float64s reads a whole array of numbers, which must have that shape, in row-major order.
func (r *Reader) Float64s(path string, dims ...int) ([]float64, error) {
	a, err := r.open(path, dims)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	n := product(a.Dims)
	if n > maxRead/8 {
		return nil, fmt.Errorf("%w: %s has %d elements, and at most %d can be read at once", ErrNotResult, path, n, maxRead/8)
	}
	out := make([]float64, 0, n)
	for block, err := range numbersOf(a) {
		if err != nil {
			return nil, err
		}
		out = append(out, block...)
	}
	return out, nil
}

// Blocks reads an array of numbers, which must have that shape, block by block: each is at most 128 KiB of consecutive
// elements in row-major order, and valid until the next. After an error there is no further block. The arrays of a file
// with the same type and shape have the same blocks.
func (r *Reader) Blocks(path string, dims ...int) iter.Seq2[[]float64, error] {
	return func(yield func([]float64, error) bool) {
		a, err := r.open(path, dims)
		if err != nil {
			yield(nil, err)
			return
		}
		defer a.Close()
		numbersOf(a)(yield)
	}
}

// numbersOf yields the elements of an array block by block. Its buffers are no larger than the array: in the child, where
// memory is collected often, large ones would take more time than reading small arrays.
func numbersOf(a *h5.Array) iter.Seq2[[]float64, error] {
	return func(yield func([]float64, error) bool) {
		size := a.Type.Size()
		most := min(chunkBytes/size, product(a.Dims))
		text, numbers := make([]byte, most*size), make([]float64, most)
		for b := range blocks(a.Dims, chunkShape(a.Dims, size)) {
			part := text[:b.n*size]
			if err := a.Read(b.offset, b.count, part); err != nil {
				yield(nil, err)
				return
			}
			decodeNumbers(numbers[:b.n], part, a.Type)
			if !yield(numbers[:b.n], nil) {
				return
			}
		}
	}
}

// open opens an array of numbers that has that shape.
func (r *Reader) open(path string, dims []int) (*h5.Array, error) {
	a, err := r.file.OpenArray(path)
	if err != nil {
		return nil, err
	}
	same := slices.EqualFunc(a.Dims, dims, func(has, want int) bool { return want == AnyLength || has == want })
	if !same || a.Type.Size() == 0 || product(a.Dims) <= 0 {
		a.Close()
		return nil, fmt.Errorf("%w: %s is %v of shape %v, not numbers of shape %v", ErrNotResult, path, a.Type, a.Dims, dims)
	}
	return a, nil
}

// decodeNumbers converts little-endian elements of that type.
func decodeNumbers(to []float64, from []byte, t h5.Type) {
	for i := range to {
		switch t {
		case h5.Float32:
			to[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(from[4*i:])))
		case h5.Float64:
			to[i] = math.Float64frombits(binary.LittleEndian.Uint64(from[8*i:]))
		case h5.Int32:
			to[i] = float64(int32(binary.LittleEndian.Uint32(from[4*i:])))
		case h5.Int64:
			to[i] = float64(int64(binary.LittleEndian.Uint64(from[8*i:])))
		}
	}
}

// Block reads the block of shape count at start, as little-endian elements in row-major order.
func (r *Reader) Block(path string, start, count []int) ([]byte, error) {
	a, err := r.file.OpenArray(path)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	size := a.Type.Size()
	for axis, n := range count {
		if axis >= len(a.Dims) || n < 1 || n > a.Dims[axis] || size > maxRead/n {
			return nil, fmt.Errorf("%w: %s of shape %v has no block of %v, or one too large to read", ErrNotResult, path, a.Dims, count)
		}
		size *= n
	}
	text := make([]byte, size)
	return text, a.Read(start, count, text)
}
