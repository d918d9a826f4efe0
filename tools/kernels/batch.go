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
	partValues = 65     // of a plane's real or imaginary part: not 64, which would make parts meet in the same lines of the cache
	neuron     = 48 * 4 // bytes of all lanes of a neuron
	groupWide  = 3      // registers of a row of a group
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

// ending is the end of a step for the rows of a group: its constants, and what it
// keeps of the lanes of all of them.
type ending struct {
	*group
	zero, top, k, positive reg.VecVirtual
	most                   []reg.VecVirtual // the largest moves inside the bounds
	bad                    []reg.Register   // lanes that have a NaN: masks, or registers of them
}

// end settles the rows of a group, at h and r: what change makes of a sum of lanes
// (bytes from the beginning of r) is the move, but for the factor k. lanes and
// values point to what else change reads: vectors of lanes, and vectors of a value a
// row. With 16 registers the sums go through memory.
func (g *group) end(r, h reg.Register, lanes, values []reg.Register, change func(sum reg.VecVirtual, lane, value int)) {
	var sums reg.Register
	if !g.wide {
		sums = g.param("sums")
		g.store(sums)
	}
	e := ending{group: g, zero: g.zero(), top: g.broadcast(g.stacked("rMax")), k: g.broadcast(g.stacked("k")), positive: g.constant(0x7fffffff)}
	largest, nan := g.param("largest"), g.param("nan")
	for k := range groupWide {
		e.most = append(e.most, g.load(at(largest, k*g.bytes())))
		e.bad = append(e.bad, g.noLanes())
	}
	if g.wide {
		for row, sums := range g.rows {
			for k, sum := range sums {
				change(sum, row*neuron+k*g.bytes(), 4*row)
				e.move(k, sum, at(h, row*neuron+k*g.bytes()), at(r, row*neuron+k*g.bytes()))
			}
		}
	} else {
		g.eachRow(append(lanes, sums, r, h), values, func() {
			for k := range groupWide {
				sum := g.load(at(sums, k*g.bytes()))
				change(sum, k*g.bytes(), 0)
				e.move(k, sum, at(h, k*g.bytes()), at(r, k*g.bytes()))
			}
		})
	}
	for k := range groupWide {
		g.VMOVUPS(e.most[k], at(largest, k*g.bytes()))
		g.addLanes(e.bad[k], at(nan, k*g.bytes()))
	}
}

// noLanes is an empty set of lanes, addLanes adds a set to one in memory.
func (v *isa) noLanes() reg.Register {
	if v.wide {
		k := v.K()
		v.KXORW(k, k, k)
		return k
	}
	return v.zero()
}

func (v *isa) addLanes(set reg.Register, to operand.Mem) {
	if v.wide {
		v.VMOVDQU32(v.constant(1), set, to)
		return
	}
	all := v.reg()
	v.VORPS(to, set, all)
	v.VMOVUPS(all, to)
}

// move adds k·t to the levels at h and stores the rates at r.
func (e *ending) move(k int, t reg.VecVirtual, h, r operand.Mem) {
	const atLeast, atMost, unordered = 0x1d, 0x12, 3
	e.VMULPS(e.k, t, t)
	level := e.add(t, h)
	e.VMOVUPS(level, h)
	e.VANDPS(e.positive, t, t)
	if e.wide {
		inside, bad := e.K(), e.K()
		e.VCMPPS(operand.U8(atLeast), e.zero, level, inside)
		e.VCMPPS(operand.U8(atMost), e.top, level, inside, inside)
		e.VMAXPS(t, e.most[k], inside, e.most[k])
		e.VCMPPS(operand.U8(unordered), level, level, bad)
		e.KORW(bad, e.bad[k], e.bad[k])
	} else {
		inside := e.reg()
		e.VCMPPS(operand.U8(atLeast), e.zero, level, inside)
		e.VANDPS(inside, t, t)
		e.VCMPPS(operand.U8(atMost), e.top, level, inside)
		e.VANDPS(inside, t, t)
		e.VMAXPS(e.most[k], t, e.most[k])
		e.VCMPPS(operand.U8(unordered), level, level, inside)
		e.VORPS(inside, e.bad[k], e.bad[k])
	}
	e.VMAXPS(level, e.zero, level) // of equals, and with a NaN, the first operand survives
	e.VMINPS(level, e.top, level)
	e.VMOVUPS(level, r)
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
	r, h, x, y, scale := v.param("r"), v.param("h"), v.param("x"), v.param("y"), v.param("scale")
	g := v.group()
	g.run(w, input, n, stride, false)
	g.end(r, h, []reg.Register{x, y}, []reg.Register{scale}, func(sum reg.VecVirtual, lane, value int) {
		v.VSUBPS(sum, v.load(at(x, lane)), sum)
		v.VFMADD231PS(at(y, lane), v.broadcast(at(scale, value)), sum)
		v.VSUBPS(at(r, lane), sum, sum)
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
	r, h, bg := v.param("r"), v.param("h"), v.param("bg")
	g.end(r, h, nil, []reg.Register{bg}, func(sum reg.VecVirtual, lane, value int) {
		v.VSUBPS(at(r, lane), sum, sum)
		v.VADDPS(v.broadcast(at(bg, value)), sum, sum)
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
