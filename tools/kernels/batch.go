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
	e := ending{
		group:    g,
		zero:     g.zero(),
		top:      g.broadcast(g.stacked("rMax")),
		k:        g.broadcast(g.stacked("k")),
		positive: g.constant(0x7fffffff),
	}
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
	v.function(
		"batchExcitatory",
		"func(w, input *float32, cols, stride int, sums, r, h, x, y, scale, largest *float32, nan *uint32, k, rMax float32)",
	)
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
	v.function(
		"batchInhibitory",
		"func(w, re *float32, cols, stride int, wii, input *float32, inner int, sums, r, h, bg, largest *float32, nan *uint32, k, rMax float32)",
	)
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
