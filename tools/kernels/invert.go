package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	files = append(files, file{"invert", func(c *build.Context) {
		both(c, writeEliminate)
		writeEliminate64(&isa{c, true})
		both(c, writeRound)
	}})
}

// eliminated walks over the rows but row k and takes row k out of them by take,
// which finds the factor's negative in every lane of a register.
type eliminated struct {
	*isa
	k, top, row, rowBytes, rows reg.GPVirtual
	sign                        reg.VecVirtual
}

func newEliminated(l *isa, n func() reg.GPVirtual) *eliminated {
	a := l.pointer("a")
	e := &eliminated{isa: l, k: l.param("k"), top: l.GP64(), row: l.GP64(), rowBytes: l.GP64(), rows: n(), sign: l.reg()}
	l.MOVQ(e.rows, e.rowBytes)
	l.SHLQ(operand.U8(3), e.rowBytes)
	l.MOVQ(e.k, e.top)
	l.IMULQ(e.rowBytes, e.top)
	l.ADDQ(a.Base, e.top)
	l.MOVQ(a.Base, e.row)
	bit, x := l.GP64(), l.XMM()
	l.MOVQ(operand.U64(1<<63), bit)
	l.VMOVQ(bit, x)
	l.VBROADCASTSD(x, e.sign)
	return e
}

func (e *eliminated) write(take func(factor reg.VecVirtual)) {
	entry := operand.Mem{Base: e.row, Index: e.k, Scale: 8}
	factor := e.reg()
	e.Label("row")
	e.CMPQ(e.row, e.top)
	e.JEQ(operand.LabelRef("next"))
	e.VBROADCASTSD(entry, factor)
	e.VXORPD(e.sign, factor, factor)
	take(factor)
	x := factor.(reg.Vec).AsX()
	e.VMULSD(operand.Mem{Base: e.top, Index: e.k, Scale: 8}, x, x)
	e.VMOVSD(x, entry)
	e.Label("next")
	e.ADDQ(e.rowBytes, e.row)
	e.DECQ(e.rows)
	e.JNE(operand.LabelRef("row"))
}

// writeEliminate writes it for n a multiple of 8.
func writeEliminate(l *isa) {
	l.function("eliminate", "func(a *float64, n, k int, inverse float64)")
	e := newEliminated(l, func() reg.GPVirtual { return l.param("n") })
	column, inverse := l.GP64(), l.reg()
	l.VBROADCASTSD(l.stacked("inverse"), inverse)
	at := func(base reg.Register, m int) operand.Mem {
		return operand.Mem{Base: base, Index: column, Scale: 1, Disp: m}
	}
	columns := func(label string, each func(m int)) {
		l.XORQ(column, column)
		l.Label(label)
		for m := 0; m < stripBytes; m += l.bytes() {
			each(m)
		}
		l.ADDQ(operand.U8(stripBytes), column)
		l.CMPQ(column, e.rowBytes)
		l.JNE(operand.LabelRef(label))
	}
	v := l.reg()
	columns("top", func(m int) {
		l.VMULPD(at(e.top, m), inverse, v)
		l.VMOVUPS(v, at(e.top, m))
	})
	e.write(func(factor reg.VecVirtual) {
		columns("columns", func(m int) {
			l.VMOVUPS(at(e.row, m), v)
			l.VFMADD231PD(at(e.top, m), factor, v)
			l.VMOVUPS(v, at(e.row, m))
		})
	})
	l.finish()
}

// writeEliminate64 writes it for n = 64, for AVX-512 only.
func writeEliminate64(l *isa) {
	const n = 64
	l.function("eliminate64", "func(a *float64, k int, inverse float64)")
	l.Doc("eliminate64AVX512 is eliminateAVX512 for n = 64, row k in registers.")
	e := newEliminated(l, func() reg.GPVirtual {
		rows := l.GP64()
		l.MOVQ(operand.U32(n), rows)
		return rows
	})
	inverse := l.reg()
	l.VBROADCASTSD(l.stacked("inverse"), inverse)
	var top []reg.VecVirtual
	for m := 0; m < n*8; m += l.bytes() {
		v := l.reg()
		l.VMULPD(operand.Mem{Base: e.top, Disp: m}, inverse, v)
		l.VMOVUPS(v, operand.Mem{Base: e.top, Disp: m})
		top = append(top, v)
	}
	e.write(func(factor reg.VecVirtual) {
		for m, t := range top {
			entries := operand.Mem{Base: e.row, Disp: m * l.bytes()}
			v := l.load(entries)
			l.VFMADD231PD(t, factor, v)
			l.VMOVUPS(v, entries)
		}
	})
	l.finish()
}

// writeRound writes it for n a multiple of 8.
func writeRound(l *isa) {
	l.function("round", "func(dst *float32, x *float64, n int)")
	dst, x, left := l.pointer("dst"), l.pointer("x"), l.param("n")
	count := l.bytes() / 8
	l.Label("more")
	if l.wide {
		v := l.YMM()
		l.VCVTPD2PS(x, v)
		l.VMOVUPS(v, dst)
	} else {
		v := l.XMM()
		l.VCVTPD2PSY(x, v)
		l.VMOVUPS(v, dst)
	}
	l.ADDQ(operand.U8(l.bytes()), x.Base)
	l.ADDQ(operand.U8(l.bytes()/2), dst.Base)
	l.SUBQ(operand.U8(count), left)
	l.JNE(operand.LabelRef("more"))
	l.finish()
}
