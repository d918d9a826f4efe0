package explain

import (
	"strings"
	"testing"

	"eisweep/internal/manifest"
	"eisweep/internal/quality"
	"eisweep/sim"
)

func TestSuspicionsNameTheParameters(t *testing.T) {
	l := manifest.Line{Experiment: sim.Perturb, Quality: &quality.Quality{UnsettledResponses: 0.5, Saturated: 0.25}}
	got := suspicions(&l)
	if len(got) != 2 || !strings.Contains(got[0], "(unsettled): 50 % of the states did not settle") ||
		!strings.Contains(got[0], "perturb.max_dr") ||
		!strings.Contains(got[1], "(saturated): 25 % of the E rates are at their limit, ng.r_max in the trained network") {
		t.Errorf("%q", got)
	}
	for _, q := range []*quality.Quality{nil, {}} {
		l.Quality = q
		if got := suspicions(&l); got != nil {
			t.Errorf("%+v: %q", q, got)
		}
	}
}
