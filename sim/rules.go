package sim

import (
	"math"

	"eisweep/sim/internal/elementary"
	"eisweep/sim/internal/kernel"
)

// plastic is a pathway that learns.
type plastic struct {
	*pathway
	*kernel.Plastic
	eta float32
}

func newPlastic(y *pathway, eta, decay float32, adam bool) *plastic {
	adam = adam && eta > 0
	rule := kernel.Rule{Alpha: y.alpha, Largest: y.largest, Eta: eta, Decay: decay}
	s := &plastic{pathway: y, eta: eta, Plastic: kernel.NewPlastic(y.rows, y.cols, rule, adam)}
	d := kernel.Dense{W: y.init, V: y.inverse}
	if adam {
		d.M, d.Q = make([]float32, len(y.init)), make([]float32, len(y.init))
	}
	s.Load(d, y.z)
	return s
}

// angle returns the angle between post1 ⊗ pre · s and post2 ⊗ pre · s in radians; NaN if one
// of them has length 0. pre and the slopes s are those of the last update. With
// p_i = Σ_j (pre_j s_ij)² the products of the matrices are sums over rows.
func (y *plastic) angle(post1, post2 []float32) float32 {
	var ab, aa, bb float64
	for i := range post1 {
		p, a, b := float64(y.Power(i)), float64(post1[i]), float64(post2[i])
		ab += float64(float64(a*b) * p)
		aa += float64(float64(a*a) * p)
		bb += float64(float64(b*b) * p)
	}
	return float32(elementary.Acos(ab / float64(math.Sqrt(aa)*math.Sqrt(bb))))
}
