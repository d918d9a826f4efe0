package kernel

import (
	"fmt"
	"strings"
)

// variant is one way to compute the kernels. All give the same bits.
type variant int

const (
	generic variant = iota // plain Go, on every machine
	avx2                   // needs AVX, AVX2, FMA and POPCNT
	avx512                 // needs these, and AVX-512 F, DQ, BW and VL
)

var variantNames = [...]string{generic: "generic", avx2: "avx2", avx512: "avx512"}

func (v variant) String() string { return variantNames[v] }

// chosen is the variant that the kernels use: the fastest that the machine has,
// unless Use says otherwise. Tests set it by useVariant.
var chosen = fastest()

// fastest is the fastest variant that this machine can run; every one below it
// runs there too.
func fastest() variant {
	best := generic
	for v := range variantNames {
		if supported(variant(v)) {
			best = variant(v)
		}
	}
	return best
}

// supported reports whether this machine can run a variant.
func supported(v variant) bool { return v == generic || machineHas(v) }

// Use makes every kernel of the process use the named variant: "avx512", "avx2"
// or "generic". It is for before the first simulation; results don't depend on it.
func Use(name string) error {
	for v, known := range variantNames {
		if name != known {
			continue
		}
		if !supported(variant(v)) {
			return fmt.Errorf("kernels %q: this machine lacks the instructions; it has %s", name, strings.Join(Names(), ", "))
		}
		chosen = variant(v)
		return nil
	}
	return fmt.Errorf("kernels %q: unknown; this machine has %s", name, strings.Join(Names(), ", "))
}

// Name is the variant in use.
func Name() string { return chosen.String() }

// Names are the variants that this machine can run, the fastest first.
func Names() []string {
	var names []string
	for v := len(variantNames) - 1; v >= 0; v-- {
		if supported(variant(v)) {
			names = append(names, variantNames[v])
		}
	}
	return names
}
