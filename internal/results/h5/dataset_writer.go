package h5

import (
	"fmt"
	"slices"
)

// dataset is an array, or lines of text, that is being written.
type dataset struct {
	kind        Type
	dims, chunk []int
	growing     bool // its first axis has no limit
	stored      []storedChunk
	index       uint64
	lines       []heapObject // of text; nil of an array
	codePoints  []uint32     // in each line
}

// ArrayWriter takes the chunks of an array.
type ArrayWriter struct {
	Path    string
	writer  *Writer
	dataset *dataset
	next    []int // where the next chunk begins; nil behind the last
}

// CreateArray makes a dataset of numbers in chunks of the given shape, with the filters
// shuffle and deflate 5.
func (w *Writer) CreateArray(path string, t Type, dims, chunk []int, attributes ...Attribute) (*ArrayWriter, error) {
	fits := t.Size() != 0 && len(dims) > 0 && len(dims) <= 32 && len(dims) == len(chunk)
	for axis := 0; fits && axis < len(dims); axis++ {
		fits = chunk[axis] > 0 && chunk[axis] <= dims[axis]
	}
	if !fits {
		return nil, fmt.Errorf("create array %s: %v of shape %v in chunks of %v is no array", path, t, dims, chunk)
	}
	d := &dataset{kind: t, dims: dims, chunk: chunk}
	if _, err := w.create(path, attributes, &member{dataset: d}); err != nil {
		return nil, fmt.Errorf("create array %s: %w", path, err)
	}
	return &ArrayWriter{Path: path, writer: w, dataset: d, next: make([]int, len(dims))}, nil
}

// WriteChunk stores the whole chunk whose first element is at offset; filtered is what
// Filter made of its bytes. Chunks come in the order of their elements, all of them.
func (a *ArrayWriter) WriteChunk(offset []int, filtered []byte) error {
	if len(filtered) == 0 || a.next == nil || !slices.Equal(offset, a.next) {
		return fmt.Errorf("write array %s: %d bytes at %v, the next chunk is that at %v", a.Path, len(filtered), offset, a.next)
	}
	if err := a.dataset.store(a.writer, offset, filtered); err != nil {
		return fmt.Errorf("write array %s: %w", a.Path, err)
	}
	for axis := len(a.next) - 1; axis >= 0; axis-- {
		a.next[axis] += a.dataset.chunk[axis]
		if a.next[axis] < a.dataset.dims[axis] {
			return nil
		}
		a.next[axis] = 0
	}
	a.next = nil
	return nil
}

// Close ends the array, to which no chunk may be missing.
func (a *ArrayWriter) Close() error {
	if a.next != nil {
		return fmt.Errorf("close array %s: its chunk at %v is missing", a.Path, a.next)
	}
	return nil
}

func (d *dataset) store(w *Writer, offset []int, filtered []byte) error {
	address, err := w.append(filtered)
	d.stored = append(d.stored, storedChunk{address, chunkKey(len(filtered), d.unshuffled(), offset)})
	return err
}

// unshuffled tells which filters are left out, by their bits: the library doesn't shuffle
// what lies in the heap.
func (d *dataset) unshuffled() uint32 {
	if d.kind == Lines {
		return 1
	}
	return 0
}

// chunkKey is the size of a chunk, which of its filters were left out, and where it
// begins, with a zero for the bytes of an element.
func chunkKey(size int, without uint32, offset []int) []byte {
	b := make([]byte, 0, 8+8*(len(offset)+1))
	b = put32(put32(b, uint32(size)), without)
	for _, o := range offset {
		b = put64(b, uint64(o))
	}
	return put64(b, 0)
}

// end is the key behind the last chunk.
func (d *dataset) end() []byte {
	behind := make([]int, len(d.dims))
	for axis := range behind {
		behind[axis] = (d.dims[axis] + d.chunk[axis] - 1) / d.chunk[axis] * d.chunk[axis]
	}
	b := chunkKey(0, 0, behind)
	return put64(b[:len(b)-8], uint64(d.elementSize()))
}

func (d *dataset) elementSize() int {
	if d.kind == Lines {
		return sequenceSize
	}
	return d.kind.Size()
}

// write writes the values that were kept back, and the index of all.
func (d *dataset) write(w *Writer, k int) (err error) {
	if d.kind == Lines {
		if err := d.writeLines(w); err != nil {
			return err
		}
	}
	if len(d.stored) == 0 {
		return fmt.Errorf("no chunk was written")
	}
	d.index, err = w.chunkIndex(d.stored, d.end(), k)
	return err
}

// WriteLines stores text as PyTables' variable-length unicode does: one list of
// code points a line. An empty list of lines or an empty line is one space.
func (w *Writer) WriteLines(path string, lines []string, attributes ...Attribute) error {
	if len(lines) == 0 {
		lines = []string{" "}
	}
	d := &dataset{kind: Lines, dims: []int{len(lines)}, chunk: []int{min(len(lines), linesChunk)}, growing: true}
	for _, line := range lines {
		if line == "" {
			line = " "
		}
		points := make([]byte, 0, 4*len(line))
		for _, r := range line {
			points = put32(points, uint32(r))
		}
		d.lines = append(d.lines, w.heap.add(points))
		d.codePoints = append(d.codePoints, uint32(len(points)/4))
	}
	if _, err := w.create(path, attributes, &member{dataset: d}); err != nil {
		return fmt.Errorf("write lines %s: %w", path, err)
	}
	return nil
}

// linesChunk is how many lines a chunk has at most.
const linesChunk = 1024

func (d *dataset) writeLines(w *Writer) error {
	n := d.chunk[0]
	for first := 0; first < len(d.lines); first += n {
		chunk := make([]byte, 0, n*sequenceSize)
		for i := first; i < min(first+n, len(d.lines)); i++ {
			chunk = w.heap.reference(chunk, d.codePoints[i], d.lines[i])
		}
		filtered, err := Filter(nil, chunk[:cap(chunk)], 1)
		if err != nil {
			return err
		}
		if err := d.store(w, []int{first}, filtered); err != nil {
			return err
		}
	}
	return nil
}
