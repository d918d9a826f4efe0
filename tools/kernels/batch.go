package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	files = append(files, file{"batch", func(c *build.Context) {
		both(c, batchConvolve)
		both(c, batchLayer)
		both(c, batchProduct)
		both(c, batchExcitatory)
		both(c, batchInhibitory)
	}})
}

const (
	neuron    = 48 * 4 // bytes of all lanes of a neuron
	groupWide = 3      // registers of a row of a group
)

// group is the sums of some rows, three registers of lanes each.
type group struct {
	*isa
	rows [][]reg.VecVirtual
}

func (v *isa) group() *group {
	g, rows := &group{isa: v}, 4
	if v.wide {
		rows = 8
	}
	for range rows {
		g.rows = append(g.rows, v.regs(groupWide))
	}
	for _, row := range g.rows {
		for _, r := range row {
			v.clear(r)
		}
	}
	return g
}

// run runs the chains over n > 0 columns, w stride values apart, whose lanes lie
// at x. It uses w, x and n up.
func (g *group) run(w, x, n, stride reg.Register, negated bool) {
	g.loop("column", n, func() {
		var lanes []reg.VecVirtual
		for k := range groupWide {
			lanes = append(lanes, g.load(at(x, k*g.bytes())))
		}
		for row, sums := range g.rows {
			weight := g.broadcast(at(w, 4*row))
			for k, sum := range sums {
				if negated {
					g.VFNMADD231PS(lanes[k], weight, sum)
				} else {
					g.VFMADD231PS(lanes[k], weight, sum)
				}
			}
		}
		g.LEAQ(operand.Mem{Base: w, Index: stride, Scale: 4}, w)
		g.ADDQ(operand.U32(neuron), x)
	})
}

// move adds k·t to the levels at h, stores the rates at r, and keeps the largest
// of each lane and the lanes that have a NaN.
func (g *group) move(t reg.VecVirtual, h, r, largest, nan, rMax operand.Mem) {
	level := g.add(t, h)
	g.VMOVUPS(level, h)
	g.VANDPS(g.constant(0x7fffffff), t, t)
	const atLeast, atMost, unordered = 0x1d, 0x12, 3
	zero, top := g.zero(), g.broadcast(rMax)
	if g.wide {
		inside, bad := g.K(), g.K()
		g.VCMPPS(operand.U8(atLeast), zero, level, inside)
		g.VCMPPS(operand.U8(atMost), top, level, inside, inside)
		most := g.load(largest)
		g.VMAXPS(t, most, inside, most)
		g.VMOVUPS(most, largest)
		g.VCMPPS(operand.U8(unordered), level, level, bad)
		ones := g.constant(1)
		g.VMOVDQU32(ones, bad, nan)
	} else {
		inside := g.reg()
		g.VCMPPS(operand.U8(atLeast), zero, level, inside)
		g.VANDPS(inside, t, t)
		g.VCMPPS(operand.U8(atMost), top, level, inside)
		g.VANDPS(inside, t, t)
		g.VMAXPS(largest, t, t)
		g.VMOVUPS(t, largest)
		g.VCMPPS(operand.U8(unordered), level, level, inside)
		g.VORPS(nan, inside, inside)
		g.VMOVUPS(inside, nan)
	}
	rate := g.reg()
	g.VMAXPS(level, zero, rate) // of equals, and with a NaN, the first operand survives
	g.VMINPS(rate, top, rate)
	g.VMOVUPS(rate, r)
}

func batchProduct(v *isa) {
	v.function("batchProduct", "func(w, x, y *float32, cols, stride int)")
	w, x, y, n, stride := v.param("w"), v.param("x"), v.param("y"), v.param("cols"), v.param("stride")
	g := v.group()
	g.run(w, x, n, stride, false)
	g.store(y)
	v.finish()
}

// store puts the sums in memory, so that what follows has the registers.
func (g *group) store(y reg.Register) {
	for row, sums := range g.rows {
		for k, sum := range sums {
			g.VMOVUPS(sum, at(y, row*neuron+k*g.bytes()))
		}
	}
}

// eachRow runs body for every row of the group; then, it moves the pointers on to
// the next row: vectors of lanes, and vectors of a value a row.
func (g *group) eachRow(lanes, values []reg.Register, body func()) {
	n := g.GP64()
	g.MOVQ(operand.U32(uint32(len(g.rows))), n)
	g.loop("row", n, func() {
		body()
		for _, p := range lanes {
			g.ADDQ(operand.U32(neuron), p)
		}
		for _, p := range values {
			g.ADDQ(operand.U8(4), p)
		}
	})
}

func batchExcitatory(v *isa) {
	v.function("batchExcitatory", "func(w, input *float32, cols, stride int, sums, r, h, x, y, scale, largest *float32, nan *uint32, k, rMax float32)")
	w, input, n, stride := v.param("w"), v.param("input"), v.param("cols"), v.param("stride")
	g := v.group()
	g.run(w, input, n, stride, false)
	sums := v.param("sums")
	g.store(sums)
	r, h, x, y, scale := v.param("r"), v.param("h"), v.param("x"), v.param("y"), v.param("scale")
	largest, nan := v.param("largest"), v.param("nan")
	g.eachRow([]reg.Register{sums, r, h, x, y}, []reg.Register{scale}, func() {
		for k := 0; k < groupWide*v.bytes(); k += v.bytes() {
			t := v.load(at(x, k))
			v.VSUBPS(at(sums, k), t, t)
			v.VFMADD231PS(at(y, k), v.broadcast(at(scale, 0)), t)
			v.VSUBPS(at(r, k), t, t)
			v.VMULPS(v.broadcast(v.stacked("k")), t, t)
			g.move(t, at(h, k), at(r, k), at(largest, k), at(nan, k), v.stacked("rMax"))
		}
	})
	v.finish()
}

func batchInhibitory(v *isa) {
	v.function("batchInhibitory", "func(w, re *float32, cols, stride int, wii, input *float32, inner int, sums, r, h, bg, largest *float32, nan *uint32, k, rMax float32)")
	w, re, n, stride := v.param("w"), v.param("re"), v.param("cols"), v.param("stride")
	g := v.group()
	g.run(w, re, n, stride, false)
	wii, input, inner := v.param("wii"), v.param("input"), v.param("inner")
	g.run(wii, input, inner, stride, true)
	sums := v.param("sums")
	g.store(sums)
	r, h, bg, largest, nan := v.param("r"), v.param("h"), v.param("bg"), v.param("largest"), v.param("nan")
	g.eachRow([]reg.Register{sums, r, h}, []reg.Register{bg}, func() {
		for k := 0; k < groupWide*v.bytes(); k += v.bytes() {
			t := v.load(at(sums, k))
			v.VSUBPS(at(r, k), t, t)
			v.VADDPS(v.broadcast(at(bg, 0)), t, t)
			v.VMULPS(v.broadcast(v.stacked("k")), t, t)
			g.move(t, at(h, k), at(r, k), at(largest, k), at(nan, k), v.stacked("rMax"))
		}
	})
	v.finish()
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
	value := v.bytes()
	n, from, to := v.GP64(), v.GP64(), v.GP64()

	v.MOVQ(operand.U32(64), n)
	v.MOVQ(x, from)
	v.MOVQ(planes, to)
	v.loop("forward", n, func() {
		t.forwardReal(func(a int) operand.Op { return at(from, a*64*neuron) }, func(k int, x reg.VecVirtual) { v.VMOVUPS(x, at(to, k*64*value)) })
		v.ADDQ(operand.U32(neuron), from)
		v.ADDQ(operand.U32(uint32(value)), to)
	})
	// lines calls f with the places of the values of 8 lines of a plane.
	lines := func(name string, p, step, stride int, f func(at func(k int) (re, im operand.Mem))) {
		v.MOVQ(operand.U32(8), n)
		v.LEAQ(at(planes, p*128*value), from)
		v.loop(name, n, func() {
			f(func(k int) (re, im operand.Mem) { return at(from, k*stride*value), at(from, (64+k*stride)*value) })
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
		t.backwardReal(func(k int) operand.Op { return at(from, k*64*value) }, func(a int, x reg.VecVirtual) { v.VMOVUPS(x, at(to, a*64*neuron)) })
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
			xr[k], xi[k] = v.load(at(planes, place*v.bytes())), v.load(at(planes, (64+place)*v.bytes()))
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
			v.VMOVUPS(yi, at(planes, (64+place)*v.bytes()))
		}
	}
}
