package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	files = append(files, file{"limits", func(c *build.Context) {
		both(c, writeMultiplyLimit)
		both(c, writeReadLimit)
		both(c, writeClockLimit)
	}})
}

// limitRound is how many operations a round of a limit takes.
const limitRound = 12

// writeMultiplyLimit writes n rounds of 12 independent fused multiplications of
// registers.
func writeMultiplyLimit(v *isa) {
	v.function("multiplyLimit", "func(n int)")
	n, x, sums := v.param("n"), v.zero(), v.regs(limitRound)
	for _, sum := range sums {
		v.clear(sum)
	}
	v.loop("round", n, func() {
		for _, sum := range sums {
			v.VFMADD231PS(x, x, sum)
		}
	})
	v.finish()
}

// writeReadLimit writes n rounds that each read 512 bytes.
func writeReadLimit(v *isa) {
	v.function("readLimit", "func(x *float32, n int)")
	const size = 512
	x, n, r := v.param("x"), v.param("n"), v.reg()
	v.loop("round", n, func() {
		for offset := 0; offset < size; offset += v.bytes() {
			v.VMOVUPS(at(x, offset), r)
		}
		v.ADDQ(operand.U32(size), x)
	})
	v.finish()
}

// writeClockLimit writes n rounds of 12 additions that wait for each other, a cycle
// each.
func writeClockLimit(v *isa) {
	v.function("clockLimit", "func(n int) int")
	n, sum := v.param("n"), reg.GPVirtual(v.GP64())
	v.MOVQ(n, sum)
	v.loop("round", n, func() {
		for range limitRound {
			v.ADDQ(sum, sum)
		}
	})
	v.Store(sum, v.ReturnIndex(0))
	v.finish()
}
