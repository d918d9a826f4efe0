package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transforms writes the transforms of 8 values, in the order of operations of
// sim/internal/kernel/convolution_generic.go. Lanes are independent of each other.
type transforms struct {
	*isa
	eighth reg.VecVirtual // √½
	// keep puts a value aside until it is used once more; with 32 registers it
	// stays where it is.
	keep func(slot int, r reg.VecVirtual) operand.Op
}

func (v *isa) transforms(keep func(slot int, r reg.VecVirtual) operand.Op) *transforms {
	return &transforms{v, v.constant(math.Float32bits(float32(math.Sqrt2 / 2))), keep}
}

// sumAndDifference are a + b and a − b; what is in memory is loaded.
func (t *transforms) sumAndDifference(a, b operand.Op) (sum, difference reg.VecVirtual) {
	if m, ok := a.(operand.Mem); ok {
		a = t.load(m)
	}
	return t.add(a, b), t.sub(a, b)
}

// plusMinus are x + √½·p and x − √½·p; x is used up.
func (t *transforms) plusMinus(x, p reg.VecVirtual) (plus, minus reg.VecVirtual) {
	minus = t.copy(x)
	t.VFMADD231PS(p, t.eighth, x)
	t.VFNMADD231PS(p, t.eighth, minus)
	return x, minus
}

// register loads what has been put aside.
func (t *transforms) register(x operand.Op) operand.Op {
	if m, ok := x.(operand.Mem); ok {
		return t.load(m)
	}
	return x
}

// complex transforms 8 complex values, e^{−2πi kn/8}. in is asked for all of them
// before out gets the first.
func (t *transforms) complex(in func(n int) (re, im operand.Op), out func(k int, re, im reg.VecVirtual)) {
	var sr, si [4]reg.VecVirtual
	var dr, di [4]operand.Op
	for n := range 4 {
		ar, ai := in(n)
		br, bi := in(n + 4)
		var d reg.VecVirtual
		sr[n], d = t.sumAndDifference(ar, br)
		dr[n] = t.keep(2*n, d)
		si[n], d = t.sumAndDifference(ai, bi)
		di[n] = t.keep(2*n+1, d)
	}
	t0r, t1r := t.sumAndDifference(sr[0], sr[2])
	t0i, t1i := t.sumAndDifference(si[0], si[2])
	t2r, t3r := t.sumAndDifference(sr[1], sr[3])
	t2i, t3i := t.sumAndDifference(si[1], si[3])
	out(0, t.add(t0r, t2r), t.add(t0i, t2i))
	out(4, t.sub(t0r, t2r), t.sub(t0i, t2i))
	out(2, t.add(t1r, t3i), t.sub(t1i, t3r))
	out(6, t.sub(t1r, t3i), t.add(t1i, t3r))

	d0r, d0i := t.register(dr[0]), t.register(di[0])
	er, gr := t.add(d0r, di[2]), t.sub(d0r, di[2])
	ei, gi := t.sub(d0i, dr[2]), t.add(d0i, dr[2])
	d1r, d1i := t.register(dr[1]), t.register(di[1])
	fr, hr := t.add(d1r, di[3]), t.sub(d1r, di[3])
	fi, hi := t.sub(d1i, dr[3]), t.add(d1i, dr[3])
	x1r, x5r := t.plusMinus(er, t.add(fr, fi))
	x1i, x5i := t.plusMinus(ei, t.sub(fi, fr))
	out(1, x1r, x1i)
	out(5, x5r, x5i)
	x3r, x7r := t.plusMinus(gr, t.sub(hi, hr))
	x7i, x3i := t.plusMinus(gi, t.add(hi, hr))
	out(3, x3r, x3i)
	out(7, x7r, x7i)
}

// forwardReal transforms 8 real values, e^{+2πi kn/8}; outputs in the order
// 0, 4, 1 (re, im), 2 (re, im), 3 (re, im).
func (t *transforms) forwardReal(in func(a int) operand.Op, out func(k int, x reg.VecVirtual)) {
	s0, d0 := t.sumAndDifference(in(0), in(4))
	s2, d2 := t.sumAndDifference(in(2), in(6))
	t0, t1 := t.sumAndDifference(s0, s2)
	s1, d1 := t.sumAndDifference(in(1), in(5))
	s3, d3 := t.sumAndDifference(in(3), in(7))
	t2, t3 := t.sumAndDifference(s1, s3)
	out(0, t.add(t0, t2))
	out(1, t.sub(t0, t2))
	out(4, t1)
	out(5, t3)
	x1, x3 := t.plusMinus(d0, t.sub(d1, d3))
	out(2, x1)
	out(6, x3)
	q, im := t.add(d1, d3), t.copy(d2)
	t.VFMSUB231PS(q, t.eighth, d2)
	t.VFMADD231PS(q, t.eighth, im)
	out(3, im)
	out(7, d2)
}

// backwardReal is the way back, e^{−2πi kn/8}.
func (t *transforms) backwardReal(in func(k int) operand.Op, out func(a int, x reg.VecVirtual)) {
	t0, t1 := t.sumAndDifference(in(0), in(1))
	s0, s2 := t.sumAndDifference(t0, in(4))
	s1, s3 := t.sumAndDifference(t1, in(5))
	d0, e := t.sumAndDifference(in(2), in(6))
	f := t.reg()
	i1 := t.register(in(3))
	d2, i3 := t.reg(), in(7)
	t.VADDPS(i3, i1, f)
	t.VSUBPS(i3, i1, d2)
	out(0, t.add(s0, d0))
	out(4, t.sub(s0, d0))
	out(2, t.add(s2, d2))
	out(6, t.sub(s2, d2))
	y1, y5 := t.plusMinus(s1, t.add(f, e))
	out(1, y1)
	out(5, y5)
	y3, y7 := t.plusMinus(s3, t.sub(f, e))
	out(3, y3)
	out(7, y7)
}
