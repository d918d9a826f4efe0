package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa writes for AVX-512 or for AVX2.
type isa struct {
	*build.Context
	wide bool // AVX-512
}

// both writes a kernel for AVX-512 and for AVX2.
func both(c *build.Context, kernel func(v *isa)) {
	kernel(&isa{c, true})
	kernel(&isa{c, false})
}

func (v *isa) suffix() string {
	if v.wide {
		return "AVX512"
	}
	return "AVX2"
}

// stripBytes is a column of a strip: 16 float32.
const stripBytes = 64

// bytes of a register.
func (v *isa) bytes() int {
	if v.wide {
		return 64
	}
	return 32
}

// perStrip is how many registers 16 lanes take.
func (v *isa) perStrip() int { return 64 / v.bytes() }

func (v *isa) reg() reg.VecVirtual {
	if v.wide {
		return v.ZMM()
	}
	return v.YMM()
}

func (v *isa) regs(n int) []reg.VecVirtual {
	r := make([]reg.VecVirtual, n)
	for i := range r {
		r[i] = v.reg()
	}
	return r
}

// function begins a kernel, whose signature avo checks.
func (v *isa) function(name, signature string) {
	v.Function(name + v.suffix())
	v.SignatureExpr(signature)
	v.Pragma("noescape")
}

// param is an argument of 8 bytes in a register.
func (v *isa) param(name string) reg.GPVirtual {
	r := v.GP64()
	v.Load(v.Param(name), r)
	return r
}

// pointer is what an argument points to.
func (v *isa) pointer(name string) operand.Mem { return operand.Mem{Base: v.param(name)} }

// stacked is an argument in memory, where the caller left it.
func (v *isa) stacked(name string) operand.Mem {
	b, err := v.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// finish ends a kernel.
func (v *isa) finish() {
	v.VZEROUPPER()
	v.RET()
}

// zero returns a register of zeros.
func (v *isa) zero() reg.VecVirtual {
	r := v.reg()
	v.clear(r)
	return r
}

func (v *isa) clear(r reg.VecVirtual) { v.VXORPS(r, r, r) }

func (v *isa) load(m operand.Op) reg.VecVirtual {
	r := v.reg()
	v.VMOVUPS(m, r)
	return r
}

func (v *isa) broadcast(m operand.Op) reg.VecVirtual {
	r := v.reg()
	v.VBROADCASTSS(m, r)
	return r
}

func (v *isa) copy(x operand.Op) reg.VecVirtual {
	r := v.reg()
	v.VMOVAPS(x, r)
	return r
}

// add, sub and mul are a + b, a − b, a·b in new registers; b may be in memory.
func (v *isa) add(a, b operand.Op) reg.VecVirtual {
	r := v.reg()
	v.VADDPS(b, a, r)
	return r
}

func (v *isa) sub(a, b operand.Op) reg.VecVirtual {
	r := v.reg()
	v.VSUBPS(b, a, r)
	return r
}

func (v *isa) mul(a, b operand.Op) reg.VecVirtual {
	r := v.reg()
	v.VMULPS(b, a, r)
	return r
}

// constant returns a register of one value, whose bits are given.
func (v *isa) constant(bits uint32) reg.VecVirtual {
	g, r := v.GP32(), v.reg()
	v.MOVL(operand.U32(bits), g)
	x := v.XMM()
	v.VMOVD(g, x)
	v.VBROADCASTSS(x, r)
	return r
}

// data is read-only data; T is of 4 or 8 bytes.
func data[T uint32 | uint64](v *isa, name string, values []T) operand.Mem {
	m := v.StaticGlobal(name)
	v.DataAttributes(8 | 16) // RODATA, NOPTR
	for n, x := range values {
		switch x := any(x).(type) {
		case uint32:
			v.AddDatum(4*n, operand.U32(x))
		case uint64:
			v.AddDatum(8*n, operand.U64(x))
		}
	}
	return m
}

// at is a place relative to a pointer.
func at(base reg.Register, offset int) operand.Mem { return operand.Mem{Base: base, Disp: offset} }

// field reads 8 bytes of a structure.
func (v *isa) field(s reg.Register, offset int) reg.GPVirtual {
	g := v.GP64()
	v.MOVQ(at(s, offset), g)
	return g
}

// unique is a label that no other part of the function has.
func (v *isa) unique(name string) string {
	labels++
	return fmt.Sprintf("%s%d", name, labels)
}

var labels int

// loop repeats body n times, n > 0 in a register that it uses up.
func (v *isa) loop(name string, n reg.Register, body func()) {
	label := v.unique(name)
	v.Label(label)
	body()
	v.DECQ(n)
	v.JNZ(operand.LabelRef(label))
}
