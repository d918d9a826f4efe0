package sim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// archive writes or reads the fields of a state. The same walk over a state does both,
// so that the two cannot differ. The archive stops at the first error, which it keeps in
// err; values read before are then meaningless.
type archive struct {
	to     io.Writer // nil where it reads
	from   io.Reader
	left   int64 // bytes to read
	buffer []byte
	err    error
	failed bool // err came from the reader, the writer or the spool, not from the state
}

// bufferSize is how many bytes of an array are encoded at a time.
const bufferSize = 1 << 15

var errShort = errors.New("it ends too early")

func newWriter(to io.Writer) *archive { return &archive{to: to, buffer: make([]byte, bufferSize)} }

func newReader(from io.Reader, size int64) *archive {
	return &archive{from: from, left: size, buffer: make([]byte, bufferSize)}
}

func (a *archive) writing() bool { return a.to != nil }

// write writes bytes, unless an earlier call failed.
func (a *archive) write(b []byte) {
	if a.err == nil {
		_, err := a.to.Write(b)
		a.fail(err)
	}
}

// fail records an error of the reader, the writer or the spool; nil is ignored.
func (a *archive) fail(err error) {
	if a.err == nil && err != nil {
		a.err, a.failed = err, true
	}
}

// read fills bytes with the next ones and reports whether it did.
func (a *archive) read(b []byte) bool {
	if a.err == nil && a.left < int64(len(b)) {
		a.err = errShort
	}
	if a.err != nil {
		return false
	}
	a.left -= int64(len(b))
	_, err := io.ReadFull(a.from, b)
	a.fail(err)
	return err == nil
}

// integer writes or reads a number in from … to.
func (a *archive) integer(v *int, from, to int) {
	x := int64(*v)
	a.int64(&x)
	if a.err == nil && (x < int64(from) || x > int64(to)) {
		a.err = fmt.Errorf("%d where %d … %d is legal", x, from, to)
	}
	if a.err == nil {
		*v = int(x)
	}
}

func (a *archive) int64(v *int64) {
	b := a.buffer[:8]
	if a.writing() {
		binary.LittleEndian.PutUint64(b, uint64(*v))
		a.write(b)
	} else if a.read(b) {
		*v = int64(binary.LittleEndian.Uint64(b))
	}
}

func (a *archive) boolean(v *bool) {
	x := 0
	if *v {
		x = 1
	}
	a.integer(&x, 0, 1)
	*v = x == 1
}

// block writes or reads bytes, at most limit of them.
func (a *archive) block(v *[]byte, limit int) {
	n := len(*v)
	a.integer(&n, 0, limit)
	if a.writing() {
		a.write(*v)
		return
	}
	if a.err == nil && int64(n) > a.left { // a damaged length must not allocate memory
		a.err = errShort
	}
	if a.err == nil {
		*v = make([]byte, n)
		a.read(*v)
	}
}

// strings writes or reads a list of lines.
func (a *archive) strings(v *[]string) {
	n := len(*v)
	a.integer(&n, 0, math.MaxInt32)
	for i := 0; i < n && a.err == nil; i++ {
		var line []byte
		if a.writing() {
			line = []byte((*v)[i])
		}
		a.block(&line, math.MaxInt32)
		if !a.writing() {
			*v = append(*v, string(line))
		}
	}
}

// Slices whose lengths both sides know.
func (a *archive) float32s(v []float32) { elements(a, v) }
func (a *archive) float64s(v []float64) { elements(a, v) }
func (a *archive) int32s(v []int32)     { elements(a, v) }

func elements[T float32 | float64 | int32](a *archive, v []T) {
	for len(v) > 0 && a.err == nil {
		size := binary.Size(v[:1])
		part := v[:min(len(v), bufferSize/size)]
		b := a.buffer[:len(part)*size]
		if a.writing() {
			if _, a.err = binary.Encode(b, binary.LittleEndian, part); a.err == nil {
				a.write(b)
			}
		} else if a.read(b) {
			_, a.err = binary.Decode(b, binary.LittleEndian, part)
		}
		v = v[len(part):]
	}
}

// permutation writes or reads an order of 0 … len(v)−1.
func (a *archive) permutation(v []int) {
	seen := make([]bool, len(v))
	for n := range v {
		a.integer(&v[n], 0, len(v)-1)
		if a.err != nil {
			return
		}
		if seen[v[n]] {
			a.err = fmt.Errorf("an order that holds %d twice", v[n])
			return
		}
		seen[v[n]] = true
	}
}

// grown allocates n values when it reads. n is bounded by the bytes that are left, so that
// a damaged length cannot allocate memory.
func (a *archive) grown(v *[]float32, n int) {
	if a.writing() || a.err != nil {
		return
	}
	if n < 0 || int64(n) > a.left/4 {
		a.err = errShort
		return
	}
	*v = make([]float32, n)
}
