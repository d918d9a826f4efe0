package results

import "iter"

// chunkBytes is the largest size of a chunk. HDF5 readers cache 1 MiB of chunks by default, and smaller chunks compress
// less.
const chunkBytes = 128 << 10

// chunkShape divides an array into chunks: it takes trailing axes whole while they fit, then a part of one axis, then 1.
// So a chunk is one contiguous run of elements.
func chunkShape(dims []int, elementSize int) []int {
	shape := make([]int, len(dims))
	room := chunkBytes / elementSize
	for axis := len(dims) - 1; axis >= 0; axis-- {
		shape[axis] = max(1, min(dims[axis], room))
		if shape[axis] < dims[axis] {
			room = 1
		} else {
			room = max(1, room/dims[axis])
		}
	}
	return shape
}

// block is the part of an array in one chunk: count elements along each axis at offset. They are the n elements from
// start on.
type block struct {
	offset, count []int
	start, n      int
}

// blocks yields the blocks of an array, for chunks of that shape, in the order of their elements.
func blocks(dims, shape []int) iter.Seq[block] {
	return func(yield func(block) bool) {
		offset := make([]int, len(dims))
		for {
			if !yield(blockAt(dims, shape, offset)) || !advance(offset, dims, shape) {
				return
			}
		}
	}
}

func blockAt(dims, shape, offset []int) block {
	b := block{offset: append([]int(nil), offset...), count: make([]int, len(dims)), n: 1}
	for axis := range dims {
		b.count[axis] = min(shape[axis], dims[axis]-offset[axis])
		b.n *= b.count[axis]
		b.start = b.start*dims[axis] + offset[axis]
	}
	return b
}

// advance moves offset to the next chunk, and returns false after the last one.
func advance(offset, dims, shape []int) bool {
	for axis := len(dims) - 1; axis >= 0; axis-- {
		offset[axis] += shape[axis]
		if offset[axis] < dims[axis] {
			return true
		}
		offset[axis] = 0
	}
	return false
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}
