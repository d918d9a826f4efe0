package sim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// archive writes or reads the fields of a state: the same walk over a state does
// both, so that the two cannot differ. Reading stops at the first fault, which
// err keeps; what has been read until then means nothing.
type archive struct {
	writing bool
	bytes   []byte // written so far, or left to read
	err     error
}

var errShort = errors.New("it ends too early")

// take returns the next n bytes to read, nil where there are fewer.
func (a *archive) take(n int) []byte {
	if a.err == nil && len(a.bytes) < n {
		a.err = errShort
	}
	if a.err != nil {
		return nil
	}
	b := a.bytes[:n]
	a.bytes = a.bytes[n:]
	return b
}

// integer is a number in from … to.
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
	if a.writing {
		a.bytes = binary.LittleEndian.AppendUint64(a.bytes, uint64(*v))
	} else if b := a.take(8); b != nil {
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

// block is bytes of any number up to limit.
func (a *archive) block(v *[]byte, limit int) {
	n := len(*v)
	a.integer(&n, 0, limit)
	if a.writing {
		a.bytes = append(a.bytes, *v...)
	} else if b := a.take(n); b != nil {
		*v = append([]byte(nil), b...)
	}
}

// strings is a list of lines of any number.
func (a *archive) strings(v *[]string) {
	n := len(*v)
	a.integer(&n, 0, math.MaxInt32)
	for i := 0; i < n && a.err == nil; i++ {
		var line []byte
		if a.writing {
			line = []byte((*v)[i])
		}
		a.block(&line, math.MaxInt32)
		if !a.writing {
			*v = append(*v, string(line))
		}
	}
}

// float32s is a slice whose length both sides know.
func (a *archive) float32s(v []float32) {
	if a.writing {
		for _, x := range v {
			a.bytes = binary.LittleEndian.AppendUint32(a.bytes, math.Float32bits(x))
		}
		return
	}
	if b := a.take(4 * len(v)); b != nil {
		for n := range v {
			v[n] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*n:]))
		}
	}
}

// float64s is a slice whose length both sides know.
func (a *archive) float64s(v []float64) {
	if a.writing {
		for _, x := range v {
			a.bytes = binary.LittleEndian.AppendUint64(a.bytes, math.Float64bits(x))
		}
		return
	}
	if b := a.take(8 * len(v)); b != nil {
		for n := range v {
			v[n] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*n:]))
		}
	}
}

// int32s is a slice whose length both sides know.
func (a *archive) int32s(v []int32) {
	if a.writing {
		for _, x := range v {
			a.bytes = binary.LittleEndian.AppendUint32(a.bytes, uint32(x))
		}
		return
	}
	if b := a.take(4 * len(v)); b != nil {
		for n := range v {
			v[n] = int32(binary.LittleEndian.Uint32(b[4*n:]))
		}
	}
}

// permutation is an order of 0 … len(v)−1.
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

// grown makes room for n values where it reads; n is bounded by what is left to
// read, so that damage cannot ask for memory.
func (a *archive) grown(v *[]float32, n int) {
	if a.writing || a.err != nil {
		return
	}
	if n < 0 || n > len(a.bytes)/4 {
		a.err = errShort
		return
	}
	*v = make([]float32, n)
}
