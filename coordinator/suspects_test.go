package coordinator

import (
	"maps"
	"strings"
	"testing"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
)

// suspectsOf is how many results of a sweep are suspect, as every answer about it says.
func (g *testCluster) suspectsOf(k *Coordinator, sweep string) int {
	g.t.Helper()
	s := g.finish(k, sweep)
	want := map[string]int{}
	if s.Suspect > 0 {
		want["saturated"] = s.Suspect
	}
	if !maps.Equal(s.Reasons, want) {
		g.t.Errorf("%d of %s are suspect, for the reasons %v", s.Suspect, sweep, s.Reasons)
	}
	for _, state := range k.Snapshot().Sweeps {
		if state.Name == sweep && state.Suspect != s.Suspect {
			g.t.Errorf("%d of %s are suspect in the summary, %d in the snapshot", s.Suspect, sweep, state.Suspect)
		}
	}
	g.poll("the end of the sweep is recorded", func() bool {
		settled, ok := records.ReadSettled(g.root, sweep)
		return ok && settled.Suspect == s.Suspect
	})
	return s.Suspect
}

// A coordinator counts suspect results whether its workers computed them or it found them, also after a restart; a rerun that
// selects them takes those tasks only, and one with a better result is no longer suspect.
func TestSuspectResultsAreCounted(t *testing.T) {
	g := newRig(t)
	launch := func(text string, rerun *control.Choice) {
		g.t.Helper()
		told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(text)}, Rerun: rerun,
			KeepFile: rerun != nil})
	}
	want := func(k *Coordinator, sweep string, n int, when string) {
		g.t.Helper()
		if got := g.suspectsOf(k, sweep); got != n {
			t.Errorf("%s, %d results of %s are suspect, want %d", when, got, sweep, n)
		}
	}
	g.suspects["EXC"] = true
	k := g.serve()
	launch(twoByTwo, nil)
	want(k, "two", 2, "once computed")
	launch(twoByTwo, nil)
	want(k, "two", 2, "once kept")
	launch(strings.Replace(twoByTwo, `"two"`, `"linked"`, 1), nil)
	want(k, "linked", 2, "once linked")
	g.end()

	k = g.serve()
	if s, err := k.Summary(g.context(), []string{"two"}); err != nil || s.Sweeps[0].Suspect != 2 || s.Sweeps[0].Reasons["saturated"] != 2 {
		t.Errorf("of an archived sweep: %+v, %v", s, err)
	}
	g.executed()
	g.suspects = nil
	launch(twoByTwo, &control.Choice{Suspect: true, Seeds: []uint32{1}})
	want(k, "two", 1, "after a rerun of one of them")
	launch(twoByTwo, &control.Choice{Suspect: true})
	want(k, "two", 0, "after a rerun of the others")
	if n := g.executed(); n != 2 {
		t.Errorf("the reruns executed %d tasks, want 2", n)
	}
}
