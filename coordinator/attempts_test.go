package coordinator

import (
	"testing"

	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/sim"
)

// TestEarlierRunIsNotHeard has a worker that was cut off report on the run before.
func TestEarlierRunIsNotHeard(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	for _, plastic := range []string{"EXC", "BOTH"} {
		g.fails[plastic] = protocol.Numeric
	}
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.finish(k, "two")
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)},
		Rerun: &control.Choice{Seeds: []uint32{1}}, KeepFile: true})
	j := g.next("two")
	g.eventually(k, func() bool { return len(k.Snapshot().Running) == 1 })
	for run := range 2 {
		k.attempts.Progress(protocol.Progress{ID: j.id(), Run: run + 1, Token: j.token(), Sim: sim.Progress{Trial: run + 1}})
		if got := k.Snapshot().Running[0].Progress.Trial; got != 2*run {
			t.Errorf("a word on run %d, of 2, brings trial %d", run+1, got)
		}
	}
}
