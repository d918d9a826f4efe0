package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stripBytes is a column of a strip: 16 float32.
const stripBytes = 64

// lanes writes one kernel for registers of 16 (AVX-512) or 8 float32 (AVX2).
type lanes struct {
	*build.Context
	wide bool
}

// bothWidths writes a kernel as NAMEAVX512 and NAMEAVX2.
func bothWidths(c *build.Context, name, signature string, body func(l *lanes)) {
	for _, l := range []*lanes{{c, true}, {c, false}} {
		suffix := "AVX2"
		if l.wide {
			suffix = "AVX512"
		}
		c.Function(name + suffix)
		c.Attributes(attr.NOSPLIT)
		c.Pragma("noescape")
		c.SignatureExpr(signature)
		body(l)
		c.VZEROUPPER()
		c.RET()
	}
}

// bytes is the width of a register.
func (l *lanes) bytes() int {
	if l.wide {
		return 64
	}
	return 32
}

// vector is a new register.
func (l *lanes) vector() reg.VecVirtual {
	if l.wide {
		return l.ZMM()
	}
	return l.YMM()
}

func (l *lanes) zero() reg.VecVirtual {
	v := l.vector()
	l.clear(v)
	return v
}

// clear zeroes a register.
func (l *lanes) clear(v reg.VecVirtual) { l.VXORPS(v, v, v) }

// load is a new register with what lies at m.
func (l *lanes) load(m operand.Mem) reg.VecVirtual {
	v := l.vector()
	l.VMOVUPS(m, v)
	return v
}

// broadcast is a new register with the float32 at m in every lane.
func (l *lanes) broadcast(m operand.Mem) reg.VecVirtual {
	v := l.vector()
	l.VBROADCASTSS(m, v)
	return v
}

// pointer loads an argument.
func (l *lanes) pointer(name string) operand.Mem {
	return operand.Mem{Base: l.Context.Load(l.Param(name), l.GP64())}
}

// number loads an argument.
func (l *lanes) number(name string) reg.GPVirtual {
	r := l.GP64()
	l.Context.Load(l.Param(name), r)
	return r
}

// argument is a float32 argument, in memory.
func (l *lanes) argument(name string) operand.Mem {
	b, err := l.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
