package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	files = append(files, file{"panels", func(c *build.Context) {
		both(c, writeProduct4)
		both(c, writeProduct1)
		both(c, writeProductTransposed)
	}})
}

// writeProduct4 writes the product of a panel of four strips with a vector.
func writeProduct4(l *isa) {
	l.function("product4", "func(dst, w, x *float32, cols int)")
	l.product(4, operand.U32(4*stripBytes))
	l.finish()
}

// writeProduct1 writes the product of a strip with a vector.
func writeProduct1(l *isa) {
	l.function("product1", "func(dst, w *float32, stride int, x *float32, cols int)")
	stride := l.param("stride")
	l.SHLQ(operand.U8(2), stride)
	l.product(1, stride)
	l.finish()
}

// product multiplies so many strips, whose columns are stride bytes apart.
func (l *isa) product(strips int, stride operand.Op) {
	dst, w, x, left := l.pointer("dst"), l.pointer("w"), l.pointer("x"), l.param("cols")
	var sums []reg.VecVirtual
	for range strips * stripBytes / l.bytes() {
		sums = append(sums, l.zero())
	}
	l.Label("column")
	rate := l.broadcast(x)
	for n, sum := range sums {
		l.VFMADD231PS(w.Offset(n*l.bytes()), rate, sum)
	}
	l.ADDQ(stride, w.Base)
	l.ADDQ(operand.U8(4), x.Base)
	l.DECQ(left)
	l.JNE(operand.LabelRef("column"))
	for n, sum := range sums {
		l.VMOVUPS(sum, dst.Offset(n*l.bytes()))
	}
}

// transposedColumns is how many columns a round of productTransposed takes.
const transposedColumns = 8

// writeProductTransposed writes the transposed product of the whole first
// columns, a multiple of eight, of cols.
func writeProductTransposed(l *isa) {
	l.function("productTransposed", "func(dst, w, x *float32, panels, panelStrips, cols, whole int)")
	dst, w, left := l.pointer("dst"), l.pointer("w"), l.param("whole")
	panelStrips, stride, stride3, panelBytes := l.param("panelStrips"), l.GP64(), l.GP64(), l.param("cols")
	l.MOVQ(panelStrips, stride)
	l.SHLQ(operand.U8(6), stride)
	l.LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 2}, stride3)
	l.IMULQ(stride, panelBytes)
	panels := l.param("panels")
	var spill operand.Mem
	if !l.wide {
		spill = l.AllocLocal(transposedColumns * stripBytes / 2)
	}
	x, panel, at, high, panelsLeft, stripsLeft := l.GP64(), l.GP64(), l.GP64(), l.GP64(), l.GP64(), l.GP64()
	l.Label("round")
	var sums []reg.VecVirtual
	for lane := 0; lane < 16; lane += l.bytes() / 4 {
		sums = nil
		for range transposedColumns {
			sums = append(sums, l.zero())
		}
		l.Load(l.Param("x"), x)
		l.MOVQ(w.Base, panel)
		l.MOVQ(panels, panelsLeft)
		l.Label(fmt.Sprint("panel", lane))
		l.MOVQ(panel, at)
		l.MOVQ(panelStrips, stripsLeft)
		l.Label(fmt.Sprint("strip", lane))
		l.LEAQ(operand.Mem{Base: at, Index: stride, Scale: 4}, high)
		rates := l.load(operand.Mem{Base: x, Disp: lane * 4})
		for n, sum := range sums {
			m := operand.Mem{Base: []reg.Register{at, high}[n/4], Disp: lane * 4}
			switch n % 4 {
			case 1:
				m = m.Idx(stride, 1)
			case 2:
				m = m.Idx(stride, 2)
			case 3:
				m = m.Idx(stride3, 1)
			}
			l.VFMADD231PS(m, rates, sum)
		}
		l.ADDQ(operand.U8(stripBytes), at)
		l.ADDQ(operand.U8(stripBytes), x)
		l.DECQ(stripsLeft)
		l.JNE(operand.LabelRef(fmt.Sprint("strip", lane)))
		l.ADDQ(panelBytes, panel)
		l.DECQ(panelsLeft)
		l.JNE(operand.LabelRef(fmt.Sprint("panel", lane)))
		if !l.wide && lane == 0 {
			for n, sum := range sums {
				l.VMOVUPS(sum, spill.Offset(n*32))
			}
		}
	}
	l.LEAQ(operand.Mem{Base: w.Base, Index: stride, Scale: 8}, w.Base)
	for n, sum := range sums {
		if l.wide {
			upper := l.YMM()
			l.VEXTRACTF32X8(operand.U8(1), sum, upper)
			l.VADDPS(upper, sum.(reg.Vec).AsY(), upper)
			sums[n] = upper
		} else {
			l.VADDPS(spill.Offset(n*32), sum, sum)
		}
	}
	l.VMOVUPS(treeOfEight(l, sums), dst)
	l.ADDQ(operand.U8(32), dst.Base)
	l.SUBQ(operand.U8(transposedColumns), left)
	l.JNE(operand.LabelRef("round"))
	l.finish()
}

// treeOfEight adds lanes l + 4, l + 2 and l + 1 to lane l of eight registers of
// eight lanes; the sum of register n is lane n of the result.
func treeOfEight(l *isa, v []reg.VecVirtual) reg.VecVirtual {
	add := func(x, y reg.VecVirtual) reg.VecVirtual {
		l.VADDPS(y, x, x)
		return x
	}
	var quarters []reg.VecVirtual // of registers n and n+4: four lanes each
	for n := range 4 {
		low, high := l.YMM(), l.YMM()
		l.VPERM2F128(operand.U8(0x20), v[n+4], v[n], low)
		l.VPERM2F128(operand.U8(0x31), v[n+4], v[n], high)
		quarters = append(quarters, add(low, high))
	}
	var pairs []reg.VecVirtual // of registers n, n+2, n+4, n+6: two lanes each
	for n := range 2 {
		low, high := l.YMM(), l.YMM()
		l.VUNPCKLPD(quarters[n+2], quarters[n], low)
		l.VUNPCKHPD(quarters[n+2], quarters[n], high)
		pairs = append(pairs, add(low, high))
	}
	low, high := l.YMM(), l.YMM()
	l.VSHUFPS(operand.U8(0x88), pairs[1], pairs[0], low)
	l.VSHUFPS(operand.U8(0xdd), pairs[1], pairs[0], high)
	sum := add(low, high) // each half: registers 0, 2, 1, 3 (+ 4)
	l.VPERMILPS(operand.U8(0xd8), sum, sum)
	return sum
}
