package sim

import (
	"math"

	"eisweep/sim/internal/elementary"
)

// plastic is what changes of a pathway while it learns.
type plastic struct {
	*pathway
	eta, decay float32
	w, v       []float32
	m, q       []float32 // Adam's moments; nil where the rule is not GRADIENT
	slope      []float32 // s(v) = σ(αv), kept with v
}

func newPlastic(y *pathway, eta, decay float32, adam bool) *plastic {
	n := len(y.init)
	s := &plastic{pathway: y, eta: eta, decay: decay, w: make([]float32, n), v: make([]float32, n), slope: make([]float32, n)}
	copy(s.w, y.init)
	copy(s.v, y.inverse)
	if adam && eta > 0 {
		s.m, s.q = make([]float32, n), make([]float32, n)
	}
	s.findSlopes()
	return s
}

// findSlopes computes s(v) anew.
func (y *plastic) findSlopes() {
	for n, v := range y.v {
		_, y.slope[n] = elementary.Softplus(float32(y.alpha * v))
	}
}

// express sets weight n from its v: softplus(αv)/α, v itself where that would
// overflow, capped at the largest weight, times z.
func (y *plastic) express(n int) {
	const overflow = 88.72284 // ln of the largest float32
	x := float32(y.alpha * y.v[n])
	w, slope := elementary.Softplus(x)
	w /= y.alpha
	if x > overflow {
		w = y.v[n]
	}
	if !(w < y.largest) {
		w = y.largest
	}
	y.w[n], y.slope[n] = float32(w*y.z[n]), slope
}

// descend moves v by η(Δ − decay·w), where Δ = post ⊗ pre · s(v) (MODEL.md 5).
func (y *plastic) descend(post, pre []float32) {
	for i, a := range post {
		for j, b := range pre {
			n := i*y.cols + j
			delta := float32(float32(a*b)*y.slope[n]) - float32(y.decay*y.w[n])
			y.v[n] += float32(y.eta * delta)
			y.express(n)
		}
	}
}

// adam moves v by Adam's step for the same Δ, with the bias correction of the
// first step forever.
func (y *plastic) adam(post, pre []float32) {
	const beta1, beta2, epsilon float32 = 0.9, 0.999, 1e-8
	for i, a := range post {
		for j, b := range pre {
			n := i*y.cols + j
			delta := float32(float32(a*b)*y.slope[n]) - float32(y.decay*y.w[n])
			y.m[n] = float32(beta1*y.m[n]) + float32((1-beta1)*delta)
			y.q[n] = float32(beta2*y.q[n]) + float32(float32((1-beta2)*delta)*delta)
			root := float32(math.Sqrt(float64(y.q[n] / (1 - beta2))))
			y.v[n] += float32(y.eta * (y.m[n] / (1 - beta1)) / (root + epsilon))
			y.express(n)
		}
	}
}

// scaleRows makes every row of w sum to the total; a row that sums to ≤ 0 is
// left, and so is v.
func (y *plastic) scaleRows() {
	for i := range y.rows {
		row, sum := y.w[i*y.cols:(i+1)*y.cols], 0.0
		for _, w := range row {
			sum += float64(w)
		}
		if sum > 0 {
			factor := float32(float64(y.total) / sum)
			for j := range row {
				row[j] = float32(row[j] * factor)
			}
		}
	}
}

// timesError is P·ε.
func timesError(dst, p, e []float32) {
	for j := range dst {
		sum := float32(0)
		for i, w := range p[j*len(e) : (j+1)*len(e)] {
			sum += float32(w * e[i])
		}
		dst[j] = sum
	}
}

// errorTimes is εᵀP.
func errorTimes(dst, e, p []float32) {
	clear(dst)
	for i, e := range e {
		for j, w := range p[i*len(dst) : (i+1)*len(dst)] {
			dst[j] += float32(w * e)
		}
	}
}

// angle is between post1 ⊗ pre · s and post2 ⊗ pre · s, in radians; NaN where
// one of them is of length 0. With p_i = Σ_j (pre_j s_ij)² the products of the
// matrices are sums over rows.
func (y *plastic) angle(post1, post2, pre []float32) float32 {
	var ab, aa, bb float64
	for i := range post1 {
		p := 0.0
		for j, s := range y.slope[i*y.cols : (i+1)*y.cols] {
			t := float64(float64(pre[j]) * float64(s))
			p += float64(t * t)
		}
		a, b := float64(post1[i]), float64(post2[i])
		ab += float64(float64(a*b) * p)
		aa += float64(float64(a*a) * p)
		bb += float64(float64(b*b) * p)
	}
	return float32(elementary.Acos(ab / float64(math.Sqrt(aa)*math.Sqrt(bb))))
}
