package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	files = append(files, file{"convolution", func(c *build.Context) {
		v := &isa{c, true}
		convolutionTables(v)
		convolveAVX512(v)
		convolveAVX2(&isa{c, false})
		both(c, addLayers)
	}})
}

var (
	mirrorIndex       operand.Mem // lanes 0, 7, 6, … 1
	lowHalf, highHalf operand.Mem // the first or second 16 bytes of each 32, of two registers
)

func convolutionTables(v *isa) {
	mirrorIndex = data(v, "mirrorIndex", []uint32{0, 7, 6, 5, 4, 3, 2, 1, 8, 9, 10, 11, 12, 13, 14, 15})
	lowHalf = data(v, "lowHalf", []uint64{0, 1, 8, 9, 4, 5, 12, 13})
	highHalf = data(v, "highHalf", []uint64{2, 3, 10, 11, 6, 7, 14, 15})
}

const (
	row    = 8 * 4   // bytes of 8 values
	plane  = 8 * row // bytes of a real plane
	mirror = 512 * 4 // where the table's second part begins
	signed = "func(dst, x, table, planes *float32)"
)

// square transposes 8 × 8 values in registers, or in both halves of them.
func (v *isa) square(x []reg.VecVirtual, low, high reg.VecVirtual) []reg.VecVirtual {
	t, u, out := make([]reg.VecVirtual, 8), make([]reg.VecVirtual, 8), make([]reg.VecVirtual, 8)
	for i := 0; i < 8; i += 2 {
		t[i], t[i+1] = v.reg(), v.reg()
		v.VUNPCKLPS(x[i+1], x[i], t[i])
		v.VUNPCKHPS(x[i+1], x[i], t[i+1])
	}
	for i := 0; i < 8; i += 4 {
		for k := range 4 {
			u[i+k] = v.reg()
			v.VSHUFPS(operand.U8([]int{0x44, 0xee}[k%2]), t[i+2+k/2], t[i+k/2], u[i+k])
		}
	}
	for k := range 4 {
		if v.wide {
			out[k] = v.copy(u[k])
			v.VPERMT2PD(u[k+4], low, out[k])
			v.VPERMT2PD(u[k+4], high, u[k])
			out[k+4] = u[k]
		} else {
			out[k], out[k+4] = v.reg(), v.reg()
			v.VPERM2F128(operand.U8(0x20), u[k+4], u[k], out[k])
			v.VPERM2F128(operand.U8(0x31), u[k+4], u[k], out[k+4])
		}
	}
	return out
}

// convolveAVX512 keeps two planes of 8 × 8 complex values in registers: of
// row n, 8 values of one plane and 8 of the other.
func convolveAVX512(v *isa) {
	v.function("convolve", signed)
	dst, x, multipliers, planes := v.param("dst"), v.param("x"), v.param("table"), v.param("planes")
	t := v.transforms(func(_ int, r reg.VecVirtual) operand.Op { return r })
	// The planes lie in memory as pairs: for each row the real parts of both, then
	// the imaginary ones.
	pair := func(pair, row, part int) operand.Mem { return at(planes, pair*4*plane+row*128+part*64) }
	for b := 0; b < 8; b += 2 {
		var p [8]reg.VecVirtual
		t.forwardReal(func(a int) operand.Op { return at(x, a*plane+b*row) }, func(k int, x reg.VecVirtual) { p[k] = x })
		for g := range 2 {
			for part := range 2 {
				one, other := p[4*g+part], p[4*g+2+part]
				first, second := v.ZMM(), v.ZMM()
				v.VINSERTF64X4(operand.U8(1), other.AsY(), one, first)
				v.VSHUFF64X2(operand.U8(0xee), other, one, second)
				v.VMOVAPS(first, pair(g, b, part))
				v.VMOVAPS(second, pair(g, b+1, part))
			}
		}
	}
	low, high := v.load(lowHalf), v.load(highHalf)
	for g := range 2 {
		re, im := make([]reg.VecVirtual, 8), make([]reg.VecVirtual, 8)
		for n := range 8 {
			re[n], im[n] = v.load(pair(g, n, 0)), v.load(pair(g, n, 1))
		}
		// transform in registers; forward exchanges the parts
		transform := func(re, im *[]reg.VecVirtual) {
			outRe, outIm := make([]reg.VecVirtual, 8), make([]reg.VecVirtual, 8)
			r, i := *re, *im
			t.complex(func(n int) (operand.Op, operand.Op) { return r[n], i[n] },
				func(k int, re, im reg.VecVirtual) { outRe[k], outIm[k] = re, im })
			*re, *im = outRe, outIm
		}
		transform(&im, &re)
		re, im = v.square(re, low, high), v.square(im, low, high)
		transform(&im, &re)
		multiplyAVX512(v, multipliers, g, re, im, func(n, part int) operand.Mem { return pair(g, n, part) })
		transform(&re, &im)
		re, im = v.square(re, low, high), v.square(im, low, high)
		transform(&re, &im)
		for n := range 8 {
			v.VMOVAPS(re[n], pair(g, n, 0))
			v.VMOVAPS(im[n], pair(g, n, 1))
		}
	}
	for b := 0; b < 8; b += 2 {
		var p [8]reg.VecVirtual
		for g := range 2 {
			for part := range 2 {
				first := v.load(pair(g, b, part))
				one, other := v.ZMM(), v.ZMM()
				v.VINSERTF64X4(operand.U8(1), pair(g, b+1, part), first, one)
				v.VSHUFF64X2(operand.U8(0xee), pair(g, b+1, part), first, other)
				p[4*g+part], p[4*g+2+part] = one, other
			}
		}
		t.backwardReal(func(k int) operand.Op { return p[k] }, func(a int, x reg.VecVirtual) { v.VMOVUPS(x, at(dst, a*plane+b*row)) })
	}
	v.finish()
}

// multiplyAVX512 multiplies rows of frequencies; those of planes 0 and 1 lie at
// spare meanwhile, for plane 0 is met mirrored as well.
func multiplyAVX512(v *isa, multipliers reg.Register, g int, re, im []reg.VecVirtual, spare func(n, part int) operand.Mem) {
	half, mirrored := v.K(), reg.VecVirtual(nil)
	if g == 0 {
		bits := v.GP32()
		v.MOVL(operand.U32(0xff), bits)
		v.KMOVW(bits, half)
		mirrored = v.load(mirrorIndex)
		for n := range 8 {
			v.VMOVAPS(re[n], spare(n, 0))
			v.VMOVAPS(im[n], spare(n, 1))
		}
	}
	for n := range 8 {
		wr, wi := v.load(at(multipliers, g*4*plane+n*128)), v.load(at(multipliers, g*4*plane+n*128+64))
		yr, yi := v.mul(re[n], wr), v.mul(im[n], wr)
		v.VFNMADD231PS(im[n], wi, yr)
		v.VFMADD231PS(re[n], wi, yi)
		if g == 0 {
			mr, mi := v.ZMM(), v.ZMM()
			v.VPERMPS(spare((8-n)%8, 0), mirrored, mr)
			v.VPERMPS(spare((8-n)%8, 1), mirrored, mi)
			vr, vi := at(multipliers, mirror+n*64), at(multipliers, mirror+n*64+32)
			v.VFMADD231PS(vr, mr, half, yr)
			v.VFMADD231PS(vi, mi, half, yr)
			v.VFMADD231PS(vi, mr, half, yi)
			v.VFNMADD231PS(vr, mi, half, yi)
		}
		re[n], im[n] = yr, yi
	}
}

// convolveAVX2 goes through memory: each plane's real parts, then its imaginary
// ones; behind the planes there is room for another plane.
func convolveAVX2(v *isa) {
	v.function("convolve", signed)
	dst, x, multipliers, planes := v.param("dst"), v.param("x"), v.param("table"), v.param("planes")
	aside := v.AllocLocal(8 * row)
	t := v.transforms(func(slot int, r reg.VecVirtual) operand.Op {
		v.VMOVUPS(r, aside.Offset(slot*row))
		return aside.Offset(slot * row)
	})
	for b := range 8 {
		t.forwardReal(func(a int) operand.Op { return at(x, a*plane+b*row) },
			func(k int, x reg.VecVirtual) { v.VMOVAPS(x, at(planes, k*plane+b*row)) })
	}
	for p := range 4 {
		part := func(part int) func(n int) operand.Mem {
			return func(n int) operand.Mem { return at(planes, (2*p+part)*plane+n*row) }
		}
		spare := func(part int) func(n int) operand.Mem {
			return func(n int) operand.Mem { return at(planes, (8+part)*plane+n*row) }
		}
		transform := func(fromRe, fromIm, toRe, toIm func(n int) operand.Mem) {
			t.complex(func(n int) (operand.Op, operand.Op) { return fromRe(n), fromIm(n) },
				func(k int, re, im reg.VecVirtual) { v.VMOVAPS(re, toRe(k)); v.VMOVAPS(im, toIm(k)) })
		}
		turn := func(m func(n int) operand.Mem) {
			var x []reg.VecVirtual
			for n := range 8 {
				x = append(x, v.load(m(n)))
			}
			for n, r := range v.square(x, nil, nil) {
				v.VMOVAPS(r, m(n))
			}
		}
		re, im := part(0), part(1)
		transform(im, re, im, re)
		turn(re)
		turn(im)
		transform(im, re, spare(1), spare(0))
		multiplyAVX2(v, multipliers, p, spare, re, im)
		transform(re, im, re, im)
		turn(re)
		turn(im)
		transform(re, im, re, im)
	}
	for b := range 8 {
		t.backwardReal(func(k int) operand.Op { return at(planes, k*plane+b*row) },
			func(a int, x reg.VecVirtual) { v.VMOVUPS(x, at(dst, a*plane+b*row)) })
	}
	v.finish()
}

func multiplyAVX2(v *isa, multipliers reg.Register, p int, from func(part int) func(n int) operand.Mem, re, im func(n int) operand.Mem) {
	var mirrored reg.VecVirtual
	if p == 0 {
		mirrored = v.load(mirrorIndex)
	}
	for n := range 8 {
		w := p/2*4*plane + n*128 + p%2*row
		xr, xi := v.load(from(0)(n)), v.load(from(1)(n))
		wr, wi := v.load(at(multipliers, w)), v.load(at(multipliers, w+64))
		yr, yi := v.mul(xr, wr), v.mul(xi, wr)
		v.VFNMADD231PS(xi, wi, yr)
		v.VFMADD231PS(xr, wi, yi)
		if p == 0 {
			mr, mi := v.YMM(), v.YMM()
			v.VPERMPS(from(0)((8-n)%8), mirrored, mr)
			v.VPERMPS(from(1)((8-n)%8), mirrored, mi)
			vr, vi := at(multipliers, mirror+n*64), at(multipliers, mirror+n*64+32)
			v.VFMADD231PS(vr, mr, yr)
			v.VFMADD231PS(vi, mi, yr)
			v.VFMADD231PS(vi, mr, yi)
			v.VFNMADD231PS(vr, mi, yi)
		}
		v.VMOVAPS(yr, re(n))
		v.VMOVAPS(yi, im(n))
	}
}

// addLayers: n > 0 layers.
func addLayers(v *isa) {
	v.function("addLayers", "func(dst, x *float32, begin, source *int32, weight *float32, n int)")
	dst, x, begin, source, weight, n := v.param("dst"), v.param("x"), v.param("begin"), v.param("source"), v.param("weight"), v.param("n")
	row := v.GP64()
	v.loop("layer", n, func() {
		v.MOVLQSX(operand.Mem{Base: begin}, row)
		for r := range v.perStrip() {
			place := operand.Mem{Base: dst, Index: row, Scale: 4, Disp: r * v.bytes()}
			y, index, got := v.load(place), v.load(at(source, r*v.bytes())), v.reg()
			if v.wide {
				all := v.K()
				v.KXNORW(all, all, all)
				v.VGATHERDPS(operand.Mem{Base: x, Index: index, Scale: 4}, all, got)
			} else {
				all := v.YMM()
				v.VPCMPEQD(all, all, all)
				v.VGATHERDPS(all, operand.Mem{Base: x, Index: index, Scale: 4}, got)
			}
			v.VFMADD231PS(at(weight, r*v.bytes()), got, y)
			v.VMOVUPS(y, place)
		}
		v.ADDQ(operand.U8(4), begin)
		v.ADDQ(operand.U8(64), source)
		v.ADDQ(operand.U8(64), weight)
	})
	v.finish()
}
