package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// partValues is the registers of a plane's real or imaginary part. 64 of them are
// used; with 64 all parts would meet in the same lines of the cache.
const partValues = 65

// batchConvolve convolves a register of lanes; the planes lie in memory, part
// after part, as in convolution_generic.go.
func batchConvolve(v *isa) {
	v.function("batchConvolve", signed)
	dst, x, multipliers, planes := v.param("dst"), v.param("x"), v.param("table"), v.param("planes")
	keep := func(_ int, r reg.VecVirtual) operand.Op { return r }
	var aside, line operand.Mem
	if !v.wide {
		aside, line = v.AllocLocal(8*v.bytes()), v.AllocLocal(16*v.bytes())
		keep = func(slot int, r reg.VecVirtual) operand.Op {
			v.VMOVUPS(r, aside.Offset(slot*v.bytes()))
			return aside.Offset(slot * v.bytes())
		}
	}
	t := v.transforms(keep)
	value, part := v.bytes(), partValues*v.bytes()
	n, from, to := v.GP64(), v.GP64(), v.GP64()

	v.MOVQ(operand.U32(64), n)
	v.MOVQ(x, from)
	v.MOVQ(planes, to)
	v.loop("forward", n, func() {
		t.forwardReal(func(a int) operand.Op { return at(from, a*64*neuron) }, func(k int, x reg.VecVirtual) { v.VMOVUPS(x, at(to, k*part)) })
		v.ADDQ(operand.U32(neuron), from)
		v.ADDQ(operand.U32(uint32(value)), to)
	})
	// lines calls f with the places of the values of 8 lines of a plane.
	lines := func(name string, p, step, stride int, f func(at func(k int) (re, im operand.Mem))) {
		v.MOVQ(operand.U32(8), n)
		v.LEAQ(at(planes, 2*p*part), from)
		v.loop(name, n, func() {
			f(func(k int) (re, im operand.Mem) { return at(from, k*stride*value), at(from, part+k*stride*value) })
			v.ADDQ(operand.U32(uint32(step*value)), from)
		})
	}
	forward := func(places func(k int) (re, im operand.Mem)) {
		t.complex(func(k int) (operand.Op, operand.Op) { re, im := places(k); return im, re },
			func(k int, im, re reg.VecVirtual) { r, i := places(k); v.VMOVUPS(re, r); v.VMOVUPS(im, i) })
	}
	backward := func(places func(k int) (re, im operand.Mem)) {
		t.complex(func(k int) (operand.Op, operand.Op) { return anyPlace(places(k)) },
			func(k int, re, im reg.VecVirtual) { r, i := places(k); v.VMOVUPS(re, r); v.VMOVUPS(im, i) })
	}
	for p := range 4 {
		lines("second", p, 1, 8, forward)
		if p == 0 {
			lines("third", p, 8, 1, forward)
			v.mirroredPairs(multipliers, planes)
			lines("inverse", p, 8, 1, backward)
		} else {
			w := v.GP64()
			v.LEAQ(at(multipliers, p/2*4*plane+p%2*row), w)
			lines("third", p, 8, 1, func(places func(k int) (re, im operand.Mem)) {
				v.multipliedLine(t, w, line, places)
				v.ADDQ(operand.U8(4), w)
			})
		}
		lines("second", p, 1, 8, backward)
	}
	v.MOVQ(operand.U32(64), n)
	v.MOVQ(planes, from)
	v.MOVQ(dst, to)
	v.loop("backward", n, func() {
		t.backwardReal(func(k int) operand.Op { return at(from, k*part) }, func(a int, x reg.VecVirtual) { v.VMOVUPS(x, at(to, a*64*neuron)) })
		v.ADDQ(operand.U32(uint32(value)), from)
		v.ADDQ(operand.U32(neuron), to)
	})
	v.finish()
}

func anyPlace(re, im operand.Mem) (operand.Op, operand.Op) { return re, im }

// multipliedLine transforms a line, multiplies it, and transforms it back; in
// registers, or through line where there are too few.
func (v *isa) multipliedLine(t *transforms, w reg.Register, line operand.Mem, places func(k int) (re, im operand.Mem)) {
	var re, im [8]operand.Op
	t.complex(func(k int) (operand.Op, operand.Op) { r, i := places(k); return i, r },
		func(k int, i, r reg.VecVirtual) { re[k], im[k] = v.aside(line, 2*k, r), v.aside(line, 2*k+1, i) })
	for k := range 8 {
		xr, xi := t.register(re[k]), t.register(im[k])
		wr, wi := v.broadcast(at(w, k*128)), v.broadcast(at(w, k*128+64))
		yr, yi := v.mul(wr, xr), v.mul(wr, xi)
		v.VFNMADD231PS(xi.(reg.VecVirtual), wi, yr)
		v.VFMADD231PS(xr.(reg.VecVirtual), wi, yi)
		re[k], im[k] = v.aside(line, 2*k, yr), v.aside(line, 2*k+1, yi)
	}
	t.complex(func(k int) (operand.Op, operand.Op) { return re[k], im[k] },
		func(k int, yr, yi reg.VecVirtual) { r, i := places(k); v.VMOVUPS(yr, r); v.VMOVUPS(yi, i) })
}

// aside stores a register where there are only 16.
func (v *isa) aside(line operand.Mem, slot int, r reg.VecVirtual) operand.Op {
	if v.wide {
		return r
	}
	m := line.Offset(slot * v.bytes())
	v.VMOVUPS(r, m)
	return m
}

// mirroredPairs multiplies plane 0, each frequency together with its mirror.
func (v *isa) mirroredPairs(multipliers, planes reg.Register) {
	for n := range 64 {
		m := (8-n/8)%8*8 + (8-n%8)%8
		if m < n {
			continue
		}
		places := []int{n, m}
		if m == n {
			places = places[:1]
		}
		var xr, xi [2]reg.VecVirtual
		for k, place := range places {
			xr[k], xi[k] = v.load(at(planes, place*v.bytes())), v.load(at(planes, (partValues+place)*v.bytes()))
		}
		for k, place := range places {
			mr, mi := xr[len(places)-1-k], xi[len(places)-1-k]
			kb, kc := place/8, place%8
			wr, wi := v.broadcast(at(multipliers, kc*128+kb*4)), v.broadcast(at(multipliers, kc*128+kb*4+64))
			yr, yi := v.mul(wr, xr[k]), v.mul(wr, xi[k])
			v.VFNMADD231PS(xi[k], wi, yr)
			v.VFMADD231PS(xr[k], wi, yi)
			vr, vi := v.broadcast(at(multipliers, mirror+kc*64+kb*4)), v.broadcast(at(multipliers, mirror+kc*64+kb*4+32))
			v.VFMADD231PS(mr, vr, yr)
			v.VFMADD231PS(mi, vi, yr)
			v.VFMADD231PS(mr, vi, yi)
			v.VFNMADD231PS(mi, vr, yi)
			v.VMOVUPS(yr, at(planes, place*v.bytes()))
			v.VMOVUPS(yi, at(planes, (partValues+place)*v.bytes()))
		}
	}
}

// batchLayer adds a layer of exceptions, all lanes.
func batchLayer(v *isa) {
	v.function("batchLayer", "func(dst, x *float32, source *int32, weight *float32)")
	dst, x, source, weight := v.param("dst"), v.param("x"), v.param("source"), v.param("weight")
	n, from := v.GP64(), v.GP64()
	v.MOVQ(operand.U32(16), n)
	v.loop("row", n, func() {
		v.MOVLQSX(operand.Mem{Base: source}, from)
		v.IMUL3Q(operand.U32(neuron), from, from)
		v.ADDQ(x, from)
		w := v.broadcast(operand.Mem{Base: weight})
		for k := 0; k < neuron; k += v.bytes() {
			y := v.load(at(dst, k))
			v.VFMADD231PS(at(from, k), w, y)
			v.VMOVUPS(y, at(dst, k))
		}
		v.ADDQ(operand.U32(neuron), dst)
		v.ADDQ(operand.U8(4), source)
		v.ADDQ(operand.U8(4), weight)
	})
	v.finish()
}
