//go:build !arm64

package sim_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// meant are the functions that may hold a fused instruction: math.FMA in the first;
// whole numbers in the second, whose sums and products are exact either way.
var meant = map[string]bool{"eisweep/sim/internal/kernel.eliminateGeneric": true, "eisweep/sim.memoryParts": true}

// TestNothingIsFusedUnasked looks at what the compiler makes of the model for arm64,
// where it fuses x*y + z wherever no conversion is in between. Such a sum has other
// bits there than elsewhere.
func TestNothingIsFusedUnasked(t *testing.T) {
	build := exec.Command("go", "build", "-gcflags=eisweep/sim/...=-S", "eisweep/sim/...")
	build.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	listing, err := build.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%.2000s", err, listing)
	}
	function, fused := regexp.MustCompile(`^(eisweep/sim\S+) STEXT `), regexp.MustCompile(`\((\S+:\d+)\)\s+FN?M(ADD|SUB)[SD]\s`)
	in, found := "", map[string]bool{}
	for line := range strings.Lines(string(listing)) {
		if m := function.FindStringSubmatch(line); m != nil {
			in = m[1]
		} else if m := fused.FindStringSubmatch(line); m != nil {
			found[in] = true
			if !meant[in] {
				t.Errorf("%s: %s multiplies and adds without rounding the product: convert it", m[1], in)
			}
		}
	}
	for name := range meant {
		if !found[name] {
			t.Errorf("%s holds no fused instruction: the listing is not read", name)
		}
	}
}
