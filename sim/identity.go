package sim

import (
	"crypto/sha256"
	"fmt"
	"hash"
)

// identity returns a hash of everything that a result depends on.
func identity(t *Task) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n", t.Experiment, t.Seed)
	for _, known := range table {
		fmt.Fprintf(h, "%s=%s\n", known.Name, known.Get(&t.Parameters))
	}
	for _, w := range [][]float32{t.Initial.WEE, t.Initial.WEI, t.Initial.WIE, t.Initial.WII} {
		hashFloat32s(h, w)
	}
	if s := t.Source; s != nil {
		for _, w := range [][]float32{s.WEE, s.WEI, s.WIE, s.WII} {
			hashFloat32s(h, w)
		}
		hashFloat64s(h, s.CorrelationsEE)
		hashFloat64s(h, s.ResponseSimEE)
	}
	return h.Sum(nil)
}

func hashFloat32s(h hash.Hash, w []float32) {
	fmt.Fprintf(h, "%d\n", len(w))
	newWriter(h).float32s(w)
}

func hashFloat64s(h hash.Hash, w []float64) {
	fmt.Fprintf(h, "%d\n", len(w))
	newWriter(h).float64s(w)
}
