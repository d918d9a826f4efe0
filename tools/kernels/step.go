package main

import (
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	files = append(files, file{"step", func(c *build.Context) {
		stepTables(&isa{c, true})
		for strips := 1; strips <= 4; strips++ {
			both(c, func(v *isa) { productActive(v, strips) })
			both(c, func(v *isa) { stepExcitatory(v, strips) })
			both(c, func(v *isa) { stepInhibitory(v, strips) })
		}
	}})
}

// Where the fields of kernel.excitatory and kernel.inhibitory lie.
const (
	excW, excInput, excR, excH       = 0, 24, 48, 72
	excX, excY, excScale, excIndex   = 96, 120, 144, 168
	excCols, excPanels, excActive    = 192, 208, 216
	excTail                          = 224
	inhWie, inhRe, inhIndex, inhWii  = 0, 24, 48, 72
	inhInput, inhR, inhH, inhBg      = 96, 120, 144, 168
	inhNE, inhNI, inhActive, inhPane = 192, 200, 208, 224
	inhTail                          = 232
	// What both end with, relative to their tails.
	tailK, tailRMax, tailLargest, tailNaN = 0, 4, 8, 12
)

var (
	ascending        operand.Mem // 0 … 15
	sixteens, eights operand.Mem // in every lane
	compress         operand.Mem // for each set of 8 lanes, these lanes first: a byte each
)

func stepTables(v *isa) {
	numbers := make([]uint32, 16)
	for n := range numbers {
		numbers[n] = uint32(n)
	}
	ascending = data(v, "ascending", numbers)
	same := func(n uint32) []uint32 { return slices.Repeat([]uint32{n}, 16) }
	sixteens, eights = data(v, "sixteens", same(16)), data(v, "eights", same(8))
	order := make([]uint64, 256)
	for set := range order {
		place := 0
		for lane := range 8 {
			if set>>lane&1 == 1 {
				order[set] |= uint64(lane) << (8 * place)
				place++
			}
		}
	}
	compress = data(v, "compress", order)
}

// chains are the sums of a panel's rows.
type chains struct {
	*isa
	strips int
	sums   []reg.VecVirtual
}

func (v *isa) chains(strips int) *chains {
	return &chains{v, strips, v.regs(strips * v.perStrip())}
}

func (c *chains) clear() {
	for _, s := range c.sums {
		c.isa.clear(s)
	}
}

// add is a step of every chain: the column at w times x, negated if told.
func (c *chains) add(w operand.Mem, x reg.VecVirtual, negated bool) {
	for n, sum := range c.sums {
		column := w
		column.Disp += n * c.bytes()
		if negated {
			c.VFNMADD231PS(column, x, sum)
		} else {
			c.VFMADD231PS(column, x, sum)
		}
	}
}

// all runs the chains over n > 0 columns; it moves w behind them.
func (c *chains) all(w, x reg.Register, n operand.Op, negated bool) {
	j, from := c.GP64(), c.GP64()
	c.MOVQ(n, j)
	c.MOVQ(x, from)
	c.loop("column", j, func() {
		c.add(operand.Mem{Base: w}, c.broadcast(operand.Mem{Base: from}), negated)
		c.ADDQ(operand.U32(uint32(c.strips*64)), w)
		c.ADDQ(operand.U8(4), from)
	})
}

// listed runs the chains over n columns from the list of them.
func (c *chains) listed(w, x, list reg.Register, n operand.Op) {
	j, from, column, done := c.GP64(), c.GP64(), c.GP64(), c.unique("listed")
	c.MOVQ(n, j)
	c.TESTQ(j, j)
	c.JZ(operand.LabelRef(done))
	c.MOVQ(list, from)
	c.loop("column", j, func() {
		c.MOVLQSX(operand.Mem{Base: from}, column)
		value := c.broadcast(operand.Mem{Base: x, Index: column, Scale: 4})
		if c.strips == 3 {
			c.IMUL3Q(operand.U8(192), column, column)
		} else {
			c.SHLQ(operand.U8([]int{0, 6, 7, 0, 8}[c.strips]), column)
		}
		c.add(operand.Mem{Base: w, Index: column, Scale: 1}, value, false)
		c.ADDQ(operand.U8(4), from)
	})
	c.Label(done)
}

func productActive(v *isa, strips int) {
	v.function(fmt.Sprint("productActive", strips), "func(dst, w, x *float32, active *int32, n int)")
	dst, w, x, list := v.param("dst"), v.param("w"), v.param("x"), v.param("active")
	c := v.chains(strips)
	c.clear()
	c.listed(w, x, list, v.param("n"))
	for n, sum := range c.sums {
		v.VMOVUPS(sum, at(dst, n*v.bytes()))
	}
	v.finish()
}

// levels moves levels and rates.
type levels struct {
	*isa
	s       reg.Register // the structure
	tail    int
	largest reg.VecVirtual
	nan     reg.Register // a mask register, or lanes of one
}

func (v *isa) levels(s reg.Register, tail int) *levels {
	l := &levels{isa: v, s: s, tail: tail, largest: v.broadcast(at(s, tail+tailLargest))}
	if v.wide {
		k := v.K()
		v.KXORW(k, k, k)
		l.nan = k
	} else {
		l.nan = v.zero()
	}
	return l
}

// move adds d to the levels at h, and stores and returns the rates there.
func (l *levels) move(d reg.VecVirtual, h, r operand.Mem) reg.VecVirtual {
	level := l.add(d, h)
	l.VMOVUPS(level, h)
	l.VANDPS(l.constant(0x7fffffff), d, d)
	const atLeast, atMost, unordered = 0x1d, 0x12, 3
	if l.wide {
		zero, rMax := l.zero(), l.broadcast(at(l.s, l.tail+tailRMax))
		inside, bad := l.K(), l.K()
		l.VCMPPS(operand.U8(atLeast), zero, level, inside)
		l.VCMPPS(operand.U8(atMost), rMax, level, inside, inside)
		l.VMAXPS(d, l.largest, inside, l.largest)
		l.VCMPPS(operand.U8(unordered), level, level, bad)
		l.KORW(bad, l.nan, l.nan)
		return l.clip(level, zero, rMax, r)
	}
	inside, zero := l.reg(), l.zero()
	l.VCMPPS(operand.U8(atLeast), zero, level, inside)
	l.VANDPS(inside, d, d)
	rMax := l.broadcast(at(l.s, l.tail+tailRMax))
	l.VCMPPS(operand.U8(atMost), rMax, level, inside)
	l.VANDPS(inside, d, d)
	l.VMAXPS(d, l.largest, l.largest)
	l.VCMPPS(operand.U8(unordered), level, level, inside)
	l.VORPS(inside, l.nan.(reg.VecVirtual), l.nan.(reg.VecVirtual))
	return l.clip(level, zero, rMax, r)
}

// clip stores and returns the rates at levels. Of equals, and with a NaN, the first
// operand survives.
func (l *levels) clip(level, zero, rMax reg.VecVirtual, r operand.Mem) reg.VecVirtual {
	rate := l.reg()
	l.VMAXPS(level, zero, rate)
	l.VMINPS(rate, rMax, rate)
	l.VMOVUPS(rate, r)
	return rate
}

// end stores the largest of all lanes, and whether there was a NaN.
func (l *levels) end() {
	y := l.largest.AsY()
	if l.wide {
		half := l.YMM()
		l.VEXTRACTF64X4(operand.U8(1), l.largest, half)
		l.VMAXPS(half, y, y)
	}
	x, other := l.largest.AsX(), l.XMM()
	l.VEXTRACTF128(operand.U8(1), y, other)
	l.VMAXPS(other, x, x)
	l.VPERMILPS(operand.U8(0x0e), x, other)
	l.VMAXPS(other, x, x)
	l.VPERMILPS(operand.U8(0x01), x, other)
	l.VMAXPS(other, x, x)
	l.VMOVSS(x, at(l.s, l.tail+tailLargest))
	found, done := l.GP32(), l.unique("end")
	if l.wide {
		l.KMOVW(l.nan, found)
	} else {
		l.VMOVMSKPS(l.nan, found)
	}
	l.TESTL(found, found)
	l.JZ(operand.LabelRef(done))
	l.MOVL(operand.U32(1), at(l.s, l.tail+tailNaN))
	l.Label(done)
}

// place is a register's place in a vector of rows, whose pointer is a field.
func (v *isa) place(s reg.Register, field int, offset reg.Register, n int) operand.Mem {
	return operand.Mem{Base: v.field(s, field), Index: offset, Scale: 1, Disp: n * v.bytes()}
}

func stepExcitatory(v *isa, strips int) {
	v.function(fmt.Sprint("stepExcitatory", strips), "func(e *byte)")
	s, width := v.param("e"), sixteens
	if !v.wide {
		width = eights
	}
	w, input, offset, panels := v.field(s, excW), v.field(s, excInput), v.GP64(), v.field(s, excPanels)
	v.XORQ(offset, offset)
	c, l := v.chains(strips), v.levels(s, excTail)
	numbers, count := v.load(ascending), v.field(s, excActive)
	v.loop("panel", panels, func() {
		c.clear()
		c.all(w, input, at(s, excCols), false)
		for n, sum := range c.sums {
			t := v.load(v.place(s, excX, offset, n))
			v.VSUBPS(sum, t, t)
			y := v.load(v.place(s, excY, offset, n))
			v.VFMADD231PS(v.place(s, excScale, offset, n), y, t)
			r := v.place(s, excR, offset, n)
			v.VSUBPS(r, t, t)
			v.VMULPS(v.broadcast(at(s, excTail+tailK)), t, t)
			rate := l.move(t, v.place(s, excH, offset, n), r)
			v.list(rate, numbers, v.field(s, excIndex), count)
			v.VPADDD(width, numbers, numbers)
		}
		v.ADDQ(operand.U32(uint32(strips*64)), offset)
	})
	v.MOVQ(count, at(s, excActive))
	l.end()
	v.finish()
}

// list appends the numbers of the lanes that are not 0.
func (v *isa) list(rate, numbers reg.VecVirtual, index, count reg.Register) {
	const notEqual = 4
	found, out := v.GP32(), v.reg()
	to := operand.Mem{Base: index, Index: count, Scale: 4}
	if v.wide {
		active := v.K()
		v.VCMPPS(operand.U8(notEqual), v.zero(), rate, active)
		v.VPCOMPRESSD_Z(numbers, active, out)
		v.KMOVW(active, found)
	} else {
		active := v.reg()
		v.VCMPPS(operand.U8(notEqual), v.zero(), rate, active)
		v.VMOVMSKPS(active, found)
		order, orders := v.reg(), v.GP64()
		v.LEAQ(compress, orders)
		v.VPMOVZXBD(operand.Mem{Base: orders, Index: found.As64(), Scale: 8}, order)
		v.VPERMD(numbers, order, out)
	}
	v.VMOVUPS(out, to)
	v.POPCNTL(found, found)
	v.ADDQ(found.As64(), count)
}

func stepInhibitory(v *isa, strips int) {
	v.function(fmt.Sprint("stepInhibitory", strips), "func(i *byte)")
	s := v.param("i")
	w, inner, offset, panels := v.field(s, inhWie), v.field(s, inhWii), v.GP64(), v.field(s, inhPane)
	re, input := v.field(s, inhRe), v.field(s, inhInput)
	v.XORQ(offset, offset)
	c, l := v.chains(strips), v.levels(s, inhTail)
	v.loop("panel", panels, func() {
		listed, both := v.unique("listed"), v.unique("both")
		c.clear()
		v.CMPQ(at(s, inhActive), operand.I8(0))
		v.JGE(operand.LabelRef(listed))
		c.all(w, re, at(s, inhNE), false)
		v.JMP(operand.LabelRef(both))
		v.Label(listed)
		c.listed(w, re, v.field(s, inhIndex), at(s, inhActive))
		size := v.field(s, inhNE)
		v.IMUL3Q(operand.U32(uint32(strips*64)), size, size)
		v.ADDQ(size, w)
		v.Label(both)
		c.all(inner, input, at(s, inhNI), true)
		for n, sum := range c.sums {
			r := v.place(s, inhR, offset, n)
			v.VSUBPS(r, sum, sum)
			v.VADDPS(v.place(s, inhBg, offset, n), sum, sum)
			v.VMULPS(v.broadcast(at(s, inhTail+tailK)), sum, sum)
			l.move(sum, v.place(s, inhH, offset, n), r)
		}
		v.ADDQ(operand.U32(uint32(strips*64)), offset)
	})
	l.end()
	v.finish()
}
