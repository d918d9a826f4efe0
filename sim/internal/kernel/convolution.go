package kernel

import "math"

const (
	side       = 8                  // of the grid
	gridSize   = side * side * side // neurons
	eighth     = float32(math.Sqrt2 / 2)
	tableSize  = 2*side*2*2*side + side*2*side
	mirrorPart = 2 * side * 2 * 2 * side // where the table's second part begins
)

// Convolution is a matrix on the 8 × 8 × 8 grid whose entries depend on the
// displacement from row to column alone, except for a scale of each row and a few
// exceptions:
//
//	m[i, i+d] = scale[i] · (kernel[d] + exceptions[i, i+d])
//
// It is immutable, and may be shared.
type Convolution struct {
	scale             []float32
	table, conjugate  []float32
	layers, backwards layers
}

// Exception is what an entry is more than its displacement's.
type Exception struct {
	Row, Col int
	Value    float32
}

// NewConvolution returns the matrix of a kernel of 512 displacements, with a scale
// for each of the 512 rows.
func NewConvolution(kernel []float64, scale []float32, exceptions []Exception) *Convolution {
	checkLength("displacements", len(kernel), gridSize)
	checkLength("scales", len(scale), gridSize)
	c := &Convolution{scale: aligned[float32](gridSize), layers: newLayers(exceptions, false), backwards: newLayers(exceptions, true)}
	copy(c.scale, scale)
	re, im := spectrum(kernel)
	c.table = multipliers(re, im)
	for n := range im {
		im[n] = -im[n]
	}
	c.conjugate = multipliers(re, im)
	return c
}

// Mul is dst = m·x without the rows' scales:
//
//	dst[n] = Σ_d kernel[d]·x[n+d] + exceptions
//
// by the discrete Fourier transform. The order of its operations, which defines
// the bits, is that of convolveGeneric; the exceptions are added by fma in layers
// of 16 rows (layers.add). All lengths are 512; dst and scratch overlap nothing. A
// value that is not finite spreads to all of dst.
func (c *Convolution) Mul(dst, x []float32, scratch *Scratch) {
	convolve(dst[:gridSize], x[:gridSize], c.table, scratch)
	c.layers.add(dst, x)
}

// MulTransposed is dst = mᵀ·x, the rows' scales included:
//
//	dst[j] = Σ_i m[i, j]·x[i]
//
// by the same transform with the conjugate spectrum, after x[i] has been
// multiplied by scale[i].
func (c *Convolution) MulTransposed(dst, x []float32, scratch *Scratch) {
	for i, s := range c.scale {
		scratch.scaled[i] = float32(s * x[i])
	}
	convolve(dst[:gridSize], scratch.scaled, c.conjugate, scratch)
	c.backwards.add(dst, scratch.scaled)
}

// Scratch is what a product with a Convolution needs and no other sees.
type Scratch struct {
	planes []float32 // one more of them than there are
	scaled []float32
}

// NewScratch returns room for one product at a time.
func NewScratch() *Scratch {
	return &Scratch{planes: aligned[float32](gridSize + 2*planeStep), scaled: aligned[float32](gridSize)}
}

// spectrum is conj(Σ_d kernel[d]·e^{+2πi k·d/8})/512 of all frequencies k.
func spectrum(kernel []float64) (re, im []float64) {
	re, im = make([]float64, gridSize), make([]float64, gridSize)
	for n, v := range kernel {
		re[n] = v / gridSize
	}
	for _, stride := range []int{side * side, side, 1} {
		for first := range gridSize {
			if first/stride%side == 0 {
				transform(re, im, first, stride)
			}
		}
	}
	return re, im
}

// transform replaces 8 values by their discrete Fourier transform, e^{−2πi kn/8}.
func transform(re, im []float64, first, stride int) {
	var x, y [side]float64
	cosine := [side]float64{1, math.Sqrt2 / 2, 0, -math.Sqrt2 / 2, -1, -math.Sqrt2 / 2, 0, math.Sqrt2 / 2}
	for k := range side {
		for n := range side {
			c, s := cosine[k*n%side], cosine[(k*n+6)%side] // sin t = cos(t − π/2)
			r, i := re[first+n*stride], im[first+n*stride]
			x[k] += float64(r*c) + float64(i*s)
			y[k] += float64(i*c) - float64(r*s)
		}
	}
	for k := range side {
		re[first+k*stride], im[first+k*stride] = x[k], y[k]
	}
}

// multipliers lays a spectrum out as the transforms meet it. Frequencies 0 and 4
// of the first axis share plane 0 as W0 and W4: (W0+W4)/2 there, and in the second
// part (W0−W4)/2, which meets the mirrored conjugate. Planes 1 to 3 stand for 7 to
// 5 as well, and are doubled.
//
// The first part holds for planes 0 and 1, then 2 and 3, for each frequency of the
// last axis 8 real parts of one plane and 8 of the other, then so the imaginary
// parts; the second part 8 real parts and 8 imaginary ones.
func multipliers(re, im []float64) []float32 {
	t := aligned[float32](tableSize)
	for kb := range side {
		for kc := range side {
			low := kb*side + kc
			high := low + side/2*side*side
			set := func(plane int, re, im float64) {
				at := tableAt(plane, kb, kc)
				t[at], t[at+2*side] = float32(re), float32(im)
			}
			set(0, (re[low]+re[high])/2, (im[low]+im[high])/2)
			for plane := 1; plane < side/2; plane++ {
				n := plane*side*side + low
				set(plane, 2*re[n], 2*im[n])
			}
			mirror := mirrorPart + kc*2*side + kb
			t[mirror], t[mirror+side] = float32((re[low]-re[high])/2), float32((im[low]-im[high])/2)
		}
	}
	return t
}

// tableAt is the index of the real part of a multiplier; its imaginary part is 16
// further on.
func tableAt(plane, kb, kc int) int {
	return plane/2*(side*4*side) + kc*4*side + plane%2*side + kb
}
