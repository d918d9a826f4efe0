package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	files = append(files, file{"gmres", func(c *build.Context) {
		both(c, writeAddScaledDot)
		both(c, writeScaleVector)
		both(c, writeSubtractFlow)
	}})
}

const dotBytes = 256 // 64 float32, a chain each

// writeAddScaledDot writes it for a multiple of 64 values. Without y (a nil
// pointer) it is the dot product of x and z.
func writeAddScaledDot(l *isa) {
	l.function("addScaledDot", "func(x *float32, factor float32, y, z *float32, n int) float32")
	x, y, z, left := l.pointer("x"), l.pointer("y"), l.pointer("z"), l.param("n")
	factor := l.broadcast(l.stacked("factor"))
	var sums []reg.VecVirtual
	for range dotBytes / l.bytes() {
		sums = append(sums, l.zero())
	}
	advance := func(pointers ...operand.Mem) {
		for _, p := range pointers {
			l.ADDQ(operand.U32(dotBytes), p.Base)
		}
		l.SUBQ(operand.U8(64), left)
	}
	l.TESTQ(y.Base, y.Base)
	l.JEQ(operand.LabelRef("dot"))
	l.Label("add")
	for n, sum := range sums {
		v := l.load(x.Offset(n * l.bytes()))
		l.VFMADD231PS(y.Offset(n*l.bytes()), factor, v)
		l.VMOVUPS(v, x.Offset(n*l.bytes()))
		l.VFMADD231PS(z.Offset(n*l.bytes()), v, sum)
	}
	advance(x, y, z)
	l.JNE(operand.LabelRef("add"))
	l.JMP(operand.LabelRef("tree"))
	l.Label("dot")
	for n, sum := range sums {
		v := l.load(x.Offset(n * l.bytes()))
		l.VFMADD231PS(z.Offset(n*l.bytes()), v, sum)
	}
	advance(x, z)
	l.JNE(operand.LabelRef("dot"))
	l.Label("tree")
	l.Store(l.tree(sums), l.ReturnIndex(0))
	l.finish()
}

// tree adds the upper half of the lanes to the lower until one is left.
func (l *isa) tree(v []reg.VecVirtual) reg.VecVirtual {
	for len(v) > 1 {
		half := len(v) / 2
		for n := range half {
			l.VADDPS(v[n+half], v[n], v[n])
		}
		v = v[:half]
	}
	y := v[0].(reg.Vec).AsY()
	if l.wide {
		upper := l.YMM()
		l.VEXTRACTF32X8(operand.U8(1), v[0], upper)
		l.VADDPS(upper, y, y)
	}
	x, upper := y.(reg.Vec).AsX(), l.XMM()
	l.VEXTRACTF128(operand.U8(1), y, upper)
	l.VADDPS(upper, x, x)
	l.VPERMILPD(operand.U8(1), x, upper)
	l.VADDPS(upper, x, x)
	l.VMOVSHDUP(x, upper)
	l.VADDPS(upper, x, x)
	return x.(reg.VecVirtual)
}

// writeScaleVector writes it for a multiple of 16 values.
func writeScaleVector(l *isa) {
	l.function("scaleVector", "func(dst, x *float32, factor float32, n int)")
	dst, x, left := l.pointer("dst"), l.pointer("x"), l.param("n")
	factor, v := l.broadcast(l.stacked("factor")), l.reg()
	l.Label("more")
	l.VMULPS(x, factor, v)
	l.VMOVUPS(v, dst)
	l.step("more", left, dst, x)
	l.finish()
}

// writeSubtractFlow writes it for a multiple of 16 values.
func writeSubtractFlow(l *isa) {
	l.function("subtractFlow", "func(dst, x, slope, plus, minus *float32, n int)")
	dst, x, slope, plus, minus, left := l.pointer(
		"dst",
	), l.pointer(
		"x",
	), l.pointer(
		"slope",
	), l.pointer(
		"plus",
	), l.pointer(
		"minus",
	), l.param(
		"n",
	)
	l.Label("more")
	v, flow := l.load(x), l.load(plus)
	l.VSUBPS(minus, flow, flow)
	l.VFNMADD231PS(slope, flow, v)
	l.VMOVUPS(v, dst)
	l.step("more", left, dst, x, slope, plus, minus)
	l.finish()
}

// step advances to the next register's float32, until none are left.
func (l *isa) step(label string, left reg.GPVirtual, pointers ...operand.Mem) {
	for _, p := range pointers {
		l.ADDQ(operand.U8(l.bytes()), p.Base)
	}
	l.SUBQ(operand.U8(l.bytes()/4), left)
	l.JNE(operand.LabelRef(label))
}
