package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// convolutionLike the published one: 306 displacements and 103 exceptions.
func convolutionLike(r *rand.Rand) (*Convolution, []float64) {
	kernel, scale := make([]float64, gridSize), random(r, gridSize, 0)
	for n := range kernel {
		if n%5 > 1 {
			kernel[n] = r.Float64()
		}
	}
	var exceptions []Exception
	for row := 409; row < gridSize; row++ {
		exceptions = append(exceptions, Exception{row, displaced(row, 2*64+4*8+7), r.Float32()})
	}
	exceptions = append(exceptions, Exception{420, 3, 0.5}, Exception{420, 1, -0.5})
	c := NewConvolution(kernel, scale, exceptions)
	dense := make([]float64, gridSize*gridSize)
	for row := range gridSize {
		for d, v := range kernel {
			dense[row*gridSize+displaced(row, d)] = v
		}
	}
	for _, e := range exceptions {
		dense[e.Row*gridSize+e.Col] += float64(e.Value)
	}
	return c, dense
}

// displaced is the neuron at displacement d from n on the grid.
func displaced(n, d int) int {
	m := 0
	for _, stride := range []int{64, 8, 1} {
		m += (n/stride + d/stride) % 8 * stride
	}
	return m
}

func TestConvolutionIsItsMatrix(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	c, dense := convolutionLike(r)
	x, y, yT, scratch := random(r, gridSize, 0.3), make([]float32, gridSize), make([]float32, gridSize), NewScratch()
	c.Mul(y, x, scratch)
	c.MulTransposed(yT, x, scratch)
	want, wantT := make([]float64, gridSize), make([]float64, gridSize)
	for i := range gridSize {
		for j := range gridSize {
			want[i] += dense[i*gridSize+j] * float64(x[j])
			wantT[j] += dense[i*gridSize+j] * float64(c.scale[i]) * float64(x[i])
		}
	}
	for _, pair := range []struct {
		name string
		got  []float32
		want []float64
	}{{"m·x", y, want}, {"mᵀ·x", yT, wantT}} {
		largest, worst := 0.0, 0.0
		for n, w := range pair.want {
			largest, worst = max(largest, math.Abs(w)), max(worst, math.Abs(w-float64(pair.got[n])))
		}
		t.Logf("%s: off by %.2g of the largest", pair.name, worst/largest)
		if !(worst < 1e-6*largest) {
			t.Errorf("%s: off by %g, the largest is %g", pair.name, worst, largest)
		}
	}
}

func TestConvolutionHasTheSameBits(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	c, _ := convolutionLike(r)
	scratch := NewScratch()
	for round := range 30 {
		x := mixed(r, gridSize+round, round%3 == 0)[round:]
		want, wantT := make([]float32, gridSize), make([]float32, gridSize)
		useVariant(t, generic)
		c.Mul(want, x, scratch)
		c.MulTransposed(wantT, x, scratch)
		for _, v := range variants() {
			useVariant(t, v)
			got, gotT := canaries(gridSize+round), canaries(gridSize+round)
			c.Mul(got.inner[round:], x, scratch)
			c.MulTransposed(gotT.inner[round:], x, scratch)
			sameBits(t, v.String(), got.inner[round:], want)
			sameBits(t, v.String()+" transposed", gotT.inner[round:], wantT)
			got.check(t)
			gotT.check(t)
		}
	}
}

// BenchmarkConvolution counts a transform of n real numbers as 5/2 n log₂ n
// operations, as is usual, and a product with the spectrum as 3 n. The numbers and the
// table are read, the numbers written. T, for transposed, scales them before.
func BenchmarkConvolution(b *testing.B) {
	const operations, bytes = 2*5*gridSize*9/2 + 3*gridSize, 4 * (2*gridSize + tableSize)
	r := rand.New(rand.NewPCG(9, 10))
	c, _ := convolutionLike(r)
	x, y, scratch := random(r, gridSize, 0.4), aligned[float32](gridSize), NewScratch()
	for _, v := range append(variants(), generic) {
		b.Run(v.String(), func(b *testing.B) {
			useVariant(b, v)
			for b.Loop() {
				c.Mul(y, x, scratch)
			}
			perCycle(b, operations, bytes)
		})
		b.Run("T/"+v.String(), func(b *testing.B) {
			useVariant(b, v)
			for b.Loop() {
				c.MulTransposed(y, x, scratch)
			}
			perCycle(b, operations+gridSize, bytes+12*gridSize)
		})
	}
}

// BenchmarkLayers reads and writes a row's sum, and reads a weight, a number and its
// place.
func BenchmarkLayers(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 10))
	c, _ := convolutionLike(r)
	x, y := random(r, gridSize, 0.4), aligned[float32](gridSize)
	for _, v := range append(variants(), generic) {
		b.Run(v.String(), func(b *testing.B) {
			useVariant(b, v)
			for b.Loop() {
				c.layers.add(y, x)
			}
			entries := float64(len(c.layers.weight))
			perCycle(b, 2*entries, 20*entries)
		})
	}
}
