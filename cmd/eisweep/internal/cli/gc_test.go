package cli

import (
	"runtime/debug"
	"testing"

	"eisweep/sim"
)

func TestGarbageIsCollectedEarlyBesideLargeTasks(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	growth := func() int {
		g := debug.SetGCPercent(100)
		debug.SetGCPercent(g)
		return g
	}
	e := &Env{Getenv: func(string) string { return "" }}
	taken := TuneGC(e)
	tiny := sim.Defaults(sim.Approximate)
	tiny.Ng.Exc.NPerAxis, tiny.Inp.NStimuli, tiny.Numint.NTrials = 2, 3, 1
	for _, c := range []struct {
		bytes int64
		want  int
	}{
		{0, smallGrowth}, {sim.Memory(sim.Approximate, tiny), smallGrowth}, {sim.Memory(sim.Perturb, sim.Defaults(sim.Perturb)), largeGrowth},
		{sim.Memory(sim.Approximate, sim.Defaults(sim.Approximate)), largeGrowth}, {0, smallGrowth},
	} {
		if taken(c.bytes); growth() != c.want {
			t.Errorf("%d bytes: the heap grows by %d %%, want %d", c.bytes, growth(), c.want)
		}
	}
	e.Getenv = func(string) string { return "50" }
	if TuneGC(e) != nil {
		t.Error("GOGC is overridden")
	}
}
