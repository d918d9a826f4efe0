package results

import (
	"encoding/binary"
	"fmt"
	"math"

	"eisweep/internal/results/h5"
	"eisweep/sim"
)

// values are the elements of an array, row-major, which are encoded only when they are written.
type values interface {
	elementType() h5.Type
	length() int
	// encode fills to with the elements from start on. Every NaN gets the same bits, since NaN payloads are the only
	// part of a result that differs between machines. Goroutines may call it concurrently.
	encode(to []byte, start int) error
}

type float32s []float32

func (v float32s) elementType() h5.Type { return h5.Float32 }
func (v float32s) length() int          { return len(v) }
func (v float32s) encode(to []byte, start int) error {
	for i, x := range v[start : start+len(to)/4] {
		putFloat32(to[4*i:], x)
	}
	return nil
}

func putFloat32(to []byte, x float32) {
	bits := math.Float32bits(x)
	if x != x {
		bits = 0x7fc00000
	}
	binary.LittleEndian.PutUint32(to, bits)
}

type float64s []float64

func (v float64s) elementType() h5.Type { return h5.Float64 }
func (v float64s) length() int          { return len(v) }
func (v float64s) encode(to []byte, start int) error {
	for i, x := range v[start : start+len(to)/8] {
		bits := math.Float64bits(x)
		if x != x {
			bits = 0x7ff8000000000000
		}
		binary.LittleEndian.PutUint64(to[8*i:], bits)
	}
	return nil
}

type int32s []int32

func (v int32s) elementType() h5.Type { return h5.Int32 }
func (v int32s) length() int          { return len(v) }
func (v int32s) encode(to []byte, start int) error {
	for i, x := range v[start : start+len(to)/4] {
		binary.LittleEndian.PutUint32(to[4*i:], uint32(x))
	}
	return nil
}

type int64s []int64

func (v int64s) elementType() h5.Type { return h5.Int64 }
func (v int64s) length() int          { return len(v) }
func (v int64s) encode(to []byte, start int) error {
	for i, x := range v[start : start+len(to)/8] {
		binary.LittleEndian.PutUint64(to[8*i:], uint64(x))
	}
	return nil
}

// spooledFloat32s are rate changes in the task's spool.
type spooledFloat32s struct {
	spool sim.Spool
	n     int
}

func (v spooledFloat32s) elementType() h5.Type { return h5.Float32 }
func (v spooledFloat32s) length() int          { return v.n }
func (v spooledFloat32s) encode(to []byte, start int) error {
	if n, err := v.spool.ReadAt(to, 4*int64(start)); n < len(to) {
		return fmt.Errorf("read spool: %w", err)
	}
	for i := 0; i < len(to); i += 4 {
		if x := math.Float32frombits(binary.LittleEndian.Uint32(to[i:])); x != x {
			putFloat32(to[i:], x)
		}
	}
	return nil
}

// perturbedCorrelations is all_correlations: for each perturbed neuron and stimulus, the row of correlations_ee of that
// neuron, as float32. It is as large as rate_change, and computed only when it is written.
type perturbedCorrelations struct {
	perturbed []int64
	rows      []float64 // (n_e, n_e)
	stimuli   int
	ne        int
}

func (v perturbedCorrelations) elementType() h5.Type { return h5.Float32 }
func (v perturbedCorrelations) length() int          { return len(v.perturbed) * v.stimuli * v.ne }
func (v perturbedCorrelations) encode(to []byte, start int) error {
	for i := range len(to) / 4 {
		element := start + i
		neuron := int(v.perturbed[element/(v.stimuli*v.ne)])
		putFloat32(to[4*i:], float32(v.rows[neuron*v.ne+element%v.ne]))
	}
	return nil
}
