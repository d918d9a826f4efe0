package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Rows of the kernel package's ruleTable, in the same order.
const (
	tableSign = iota
	tableFloor
	tableLog2E
	tableRound
	tableLn2High
	tableLn2Low
	tableOne
	tableTiny
	tableExp
)

const (
	expTerms   = 7
	log1pTerms = 10
	tableLog1p = tableExp + expTerms
)

const (
	tableAlpha = tableLog1p + log1pTerms + iota
	tableInverseAlpha
	tableLargest
	tableEta
	tableDecay
	tableShift
	tableKeep1
	tableKeep2
	tableEpsilon
	tableTrace
)

func init() {
	files = append(files, file{"update", func(c *build.Context) {
		both(c, writeDescend)
		both(c, writeAdam)
		both(c, writeScale)
		both(c, writeLogistic)
	}})
}

// table provides constants: those kept in a register, the others from memory.
type table struct {
	*isa
	at   operand.Mem
	kept map[int]reg.VecVirtual
}

func newTable(l *isa, keep ...int) *table {
	t := &table{l, l.pointer("table"), map[int]reg.VecVirtual{}}
	for _, row := range keep {
		t.kept[row] = l.load(t.memory(row))
	}
	return t
}

func (t *table) memory(row int) operand.Mem { return t.at.Offset(row * stripBytes) }

func (t *table) row(row int) operand.Op {
	if v, ok := t.kept[row]; ok {
		return v
	}
	return t.memory(row)
}

// softplus is softplus.go's, step for step.
type softplus struct {
	*table
	zero reg.VecVirtual
}

// exp leaves u = e^−|x| of x.
func (s *softplus) exp(x reg.VecVirtual) (u reg.VecVirtual) {
	a, shifted, k := s.reg(), s.reg(), s.reg()
	u = s.reg()
	s.VORPS(s.row(tableSign), x, a)
	s.VMAXPS(s.row(tableFloor), a, a)
	s.VMOVAPS(a, shifted)
	s.VFMADD213PS(s.row(tableRound), s.kept[tableLog2E], shifted)
	s.VSUBPS(s.row(tableRound), shifted, k)
	s.VFMADD231PS(s.row(tableLn2High), k, a)
	s.VFMADD231PS(s.row(tableLn2Low), k, a)
	s.VMULPS(a, a, k)
	s.polynomial(u, a, k, tableExp, expTerms)
	s.VPSLLD(operand.U8(23), shifted, shifted)
	s.VPADDD(shifted, u, u)
	return u
}

// polynomial evaluates the polynomial at x: pairs of terms, and Horner's rule for
// the pairs in square, so that nothing waits for long.
func (s *softplus) polynomial(y, x, square reg.VecVirtual, first, terms int) {
	s.pair(y, x, first, first+(terms-1)/2*2, terms)
	for n := (terms-1)/2*2 - 2; n >= 0; n -= 2 {
		part := s.reg()
		s.pair(part, x, first, first+n, terms)
		s.VFMADD213PS(part, square, y)
	}
}

// pair is fma(c[n+1], x, c[n]), or c[n] where that is the last term.
func (s *softplus) pair(y, x reg.VecVirtual, first, n, terms int) {
	if n+1 == first+terms {
		s.VMOVAPS(s.row(n), y)
		return
	}
	s.VMOVAPS(s.row(n+1), y)
	s.VFMADD213PS(s.row(n), x, y)
}

// slope is t = 1/(1+u) where x > 0, u·t elsewhere.
func (s *softplus) slope(x, u reg.VecVirtual) (t reg.VecVirtual) {
	t = s.reg()
	s.VADDPS(s.row(tableOne), u, t)
	s.VDIVPS(t, s.kept[tableOne], t)
	if s.wide {
		const notGreater = 0x0a // quiet, true for NaN
		k := s.K()
		s.VCMPPS(operand.U8(notGreater), s.zero, x, k)
		s.VMULPS(t, u, k, t)
		return t
	}
	const greater = 0x1e // quiet, false for NaN
	factor := s.reg()
	s.VCMPPS(operand.U8(greater), s.zero, x, factor)
	s.VBLENDVPS(factor, s.kept[tableOne], u, factor)
	s.VMULPS(factor, t, t)
	return t
}

// value is fma(u, polynomial(u, max(u, tiny)², log1p), max(x, 0)); x is lost.
func (s *softplus) value(x, u reg.VecVirtual) (y reg.VecVirtual) {
	y = s.reg()
	square := s.reg()
	s.VMAXPS(s.row(tableTiny), u, square)
	s.VMULPS(square, square, square)
	s.polynomial(y, u, square, tableLog1p, log1pTerms)
	s.VMAXPS(s.zero, x, x)
	s.VFMADD213PS(x, u, y)
	return y
}

func writeDescend(l *isa) {
	l.function("descend", "func(w, v, slope *float32, stride, cols int, post, pre, table, sums *float32)")
	newLearner(l, false).write()
	l.finish()
}

func writeAdam(l *isa) {
	l.function("adam", "func(w, v, slope, m, q *float32, stride, cols int, post, pre, table, sums *float32)")
	newLearner(l, true).write()
	l.finish()
}

// learner writes descend and adam over a strip.
type learner struct {
	softplus
	adam                        bool
	w, v, slope, m, q           operand.Mem
	stride, offset              reg.GPVirtual
	postVector                  reg.VecVirtual
	deviations, squares, powers reg.VecVirtual
}

func newLearner(l *isa, adam bool) *learner {
	keep := []int{tableLog2E, tableOne}
	if l.wide {
		keep = append(keep, tableSign, tableRound, tableDecay)
		for n := range log1pTerms {
			keep = append(keep, tableLog1p+n)
		}
	}
	x := &learner{adam: adam}
	x.table = newTable(l, keep...)
	x.softplus.zero = l.zero()
	x.w, x.v, x.slope = l.pointer("w"), l.pointer("v"), l.pointer("slope")
	if adam {
		x.m, x.q = l.pointer("m"), l.pointer("q")
	}
	x.stride = l.param("stride")
	l.SHLQ(operand.U8(2), x.stride)
	return x
}

// at is the entries of the column.
func (x *learner) entries(m operand.Mem, lane int) operand.Mem {
	return m.Idx(x.offset, 1).Offset(lane * 4)
}

func (x *learner) write() {
	post, sums := x.pointer("post"), x.pointer("sums")
	pre, end := x.GP64(), x.GP64()
	x.offset = x.GP64()
	for lane := 0; lane < 16; lane += x.bytes() / 4 {
		label := map[int]string{0: "low", 8: "high"}[lane]
		x.Load(x.Param("pre"), pre)
		x.Load(x.Param("cols"), end)
		x.LEAQ(operand.Mem{Base: pre, Index: end, Scale: 4}, end)
		x.XORQ(x.offset, x.offset)
		x.postVector = x.isa.load(post.Offset(lane * 4))
		x.deviations, x.squares, x.powers = x.isa.zero(), x.isa.zero(), x.isa.zero()
		x.Label(label)
		x.column(lane, pre)
		x.ADDQ(x.stride, x.offset)
		x.ADDQ(operand.U8(4), pre)
		x.CMPQ(pre, end)
		x.JNE(operand.LabelRef(label))
		for n, sum := range []reg.VecVirtual{x.deviations, x.squares, x.powers} {
			x.VMOVUPS(sum, sums.Offset(n*stripBytes+lane*4))
		}
	}
}

// column learns one column.
func (x *learner) column(lane int, pre reg.GPVirtual) {
	rate, old, r, delta := x.broadcast(operand.Mem{Base: pre}), x.isa.load(x.entries(x.slope, lane)), x.reg(), x.reg()
	x.VMULPS(old, rate, r)
	x.VFMADD231PS(r, r, x.powers)
	x.VMULPS(x.postVector, rate, rate)
	if sign, ok := x.kept[tableSign]; ok {
		x.VANDNPS(old, sign, delta)
	} else {
		x.VMOVAPS(x.memory(tableSign), delta)
		x.VANDNPS(old, delta, delta)
	}
	if x.adam {
		x.VFMADD213PS(x.row(tableTrace), rate, delta)
	} else {
		x.VMULPS(delta, rate, delta)
	}
	w := x.isa.load(x.entries(x.w, lane))
	x.VFMADD231PS(x.row(tableDecay), w, delta)
	v := x.isa.load(x.entries(x.v, lane))
	if x.adam {
		x.moments(lane, delta, v)
	} else {
		x.VFMADD231PS(x.row(tableEta), delta, v)
	}
	x.VMOVUPS(v, x.entries(x.v, lane))
	x.VMULPS(x.row(tableAlpha), v, v)
	u := x.exp(v)
	slope := x.softplus.slope(v, u)
	x.keepSign(old, slope, lane)
	x.express(x.value(v, u), old, lane)
}

// moments moves v by Adam's step.
func (x *learner) moments(lane int, delta, v reg.VecVirtual) {
	m, q, square := x.isa.load(x.entries(x.m, lane)), x.isa.load(x.entries(x.q, lane)), x.reg()
	x.VMULPS(delta, delta, square)
	x.VFMADD132PS(x.row(tableKeep2), square, q)
	x.VMOVUPS(q, x.entries(x.q, lane))
	x.VFMADD132PS(x.row(tableKeep1), delta, m)
	x.VMOVUPS(m, x.entries(x.m, lane))
	x.VSQRTPS(q, q)
	x.VADDPS(x.row(tableEpsilon), q, q)
	x.VDIVPS(q, m, m)
	x.VFMADD231PS(x.row(tableEta), m, v)
}

// keepSign stores the new slope with the old one's sign.
func (x *learner) keepSign(old, slope reg.VecVirtual, lane int) {
	sign := x.reg()
	x.VANDPS(x.row(tableSign), old, sign)
	x.VORPS(sign, slope, slope)
	x.VMOVUPS(slope, x.entries(x.slope, lane))
}

// express stores the weight that value gives, 0 where old is negative.
func (x *learner) express(value, old reg.VecVirtual, lane int) {
	x.VMULPS(x.row(tableInverseAlpha), value, value)
	x.VMINPS(x.row(tableLargest), value, value)
	x.VPSRAD(operand.U8(31), old, old)
	x.VANDNPS(value, old, value)
	x.VMOVUPS(value, x.entries(x.w, lane))
	x.VSUBPS(x.row(tableShift), value, value)
	x.VADDPS(value, x.deviations, x.deviations)
	x.VFMADD231PS(value, value, x.squares)
}

// writeScale writes scale over a strip.
func writeScale(l *isa) {
	l.function("scale", "func(w *float32, stride, cols int, scale, table, sums *float32)")
	t := newTable(l, tableShift)
	w, scale, sums := l.pointer("w"), l.pointer("scale"), l.pointer("sums")
	stride, at, left := l.param("stride"), l.GP64(), l.GP64()
	l.SHLQ(operand.U8(2), stride)
	for lane := 0; lane < 16; lane += l.bytes() / 4 {
		label := map[int]string{0: "low", 8: "high"}[lane]
		factor, deviations, squares, value := l.load(scale.Offset(lane*4)), l.zero(), l.zero(), l.reg()
		l.MOVQ(w.Base, at)
		l.Load(l.Param("cols"), left)
		l.Label(label)
		entries := operand.Mem{Base: at, Disp: lane * 4}
		l.VMULPS(entries, factor, value)
		l.VMOVUPS(value, entries)
		l.VSUBPS(t.kept[tableShift], value, value)
		l.VADDPS(value, deviations, deviations)
		l.VFMADD231PS(value, value, squares)
		l.ADDQ(stride, at)
		l.DECQ(left)
		l.JNE(operand.LabelRef(label))
		l.VMOVUPS(deviations, sums.Offset(lane*4))
		l.VMOVUPS(squares, sums.Offset(stripBytes+lane*4))
	}
	l.finish()
}

// writeLogistic writes logistic, n being a multiple of 16.
func writeLogistic(l *isa) {
	l.function("logistic", "func(dst, x *float32, n int, table *float32)")
	s := &softplus{newTable(l, tableLog2E, tableOne), l.zero()}
	dst, x, left := l.pointer("dst"), l.pointer("x"), l.param("n")
	l.Label("more")
	level := l.load(x)
	slope := s.slope(level, s.exp(level))
	l.VMOVUPS(slope, dst)
	l.ADDQ(operand.U8(l.bytes()), x.Base)
	l.ADDQ(operand.U8(l.bytes()), dst.Base)
	l.SUBQ(operand.U8(l.bytes()/4), left)
	l.JNE(operand.LabelRef("more"))
	l.finish()
}
