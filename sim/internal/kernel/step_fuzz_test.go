package kernel

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// FuzzStep holds the variants, single and in a batch, to plain Go: any stimulus, any
// sizes, any first rates.
func FuzzStep(f *testing.F) {
	f.Add(uint8(64), uint8(8), uint64(1), float32(1), []byte{0, 0, 0x80, 0x7f, 1, 0, 0, 0, 0, 0, 0xc0, 0x7f})
	f.Add(uint8(125), uint8(15), uint64(2), float32(0), []byte{0xff, 0xff, 0x7f, 0x7f})
	f.Fuzz(func(t *testing.T, e, i uint8, seed uint64, re float32, input []byte) {
		nE, nI := 1+int(e), 1+int(i)
		r := rand.New(rand.NewPCG(seed, 1))
		net, x := drawn(r, nE, nI, seed%2 == 0), random(r, nE, 0)
		for n := range x {
			x[n] *= 30
		}
		for n := 0; n+4 <= len(input); n += 4 {
			x[r.IntN(nE)] = math.Float32frombits(binary.LittleEndian.Uint32(input[n:]))
		}
		useVariant(t, generic)
		want, _ := stepBits(t, net, nE, nI, x, re)
		for _, v := range variants() {
			useVariant(t, v)
			got, _ := stepBits(t, net, nE, nI, x, re)
			sameBits(t, v.String(), got, want)
			compareLanes(t, fmt.Sprint("batch, ", v), r, net, &Constants{KE: 0.02, KI: 0.04, RMax: 30, InhInput: 5}, nE, nI)
		}
	})
}

// FuzzConvolution holds the variants to plain Go: any values, any exceptions.
func FuzzConvolution(f *testing.F) {
	f.Add(uint64(1), []byte{0, 0, 0x80, 0x7f, 1, 0, 0, 0})
	f.Add(uint64(2), []byte{0xff, 0xff, 0x7f, 0x7f, 0, 0, 0xc0, 0x7f})
	f.Fuzz(func(t *testing.T, seed uint64, input []byte) {
		r, scratch := rand.New(rand.NewPCG(seed, 2)), NewScratch()
		c, _ := convolutionLike(r)
		x := random(r, gridSize, 0.3)
		for n := 0; n+4 <= len(input); n += 4 {
			x[r.IntN(gridSize)] = math.Float32frombits(binary.LittleEndian.Uint32(input[n:]))
		}
		want, got := make([]float32, gridSize), make([]float32, gridSize)
		useVariant(t, generic)
		c.Mul(want, x, scratch)
		for _, v := range variants() {
			useVariant(t, v)
			c.Mul(got, x, scratch)
			sameBits(t, v.String(), got, want)
		}
	})
}
