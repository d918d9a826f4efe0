package coordinator

import (
	"strings"
	"testing"

	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/sim"
	"eisweep/sweeps"
)

// counts is how a coordinator counts the sweep two.
type counts struct{ tasks, done, failed int }

func (g *testCluster) counts(k *Coordinator) counts {
	g.t.Helper()
	s := g.finish(k, "two")
	return counts{s.Tasks, s.Done, s.Failed}
}

// A rerun leaves a sweep with as many tasks as it has, whatever the coordinator knew of
// it before: all, none since it was started, or that it was cancelled.
func TestRerunCountsTheWholeSweep(t *testing.T) {
	g := newRig(t)
	again := func(c control.Choice) {
		g.t.Helper()
		told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}, Rerun: &c, KeepFile: true})
	}
	k := g.serve()
	g.fails["EXC"] = protocol.Numeric
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.finish(k, "two")
	g.end()
	delete(g.fails, "EXC")

	k = g.serve()
	again(control.Choice{Failed: true, Seeds: []uint32{1}})
	if got := g.counts(k); got != (counts{4, 3, 1}) {
		t.Errorf("of a sweep that was finished before it started: %+v", got)
	}
	again(control.Choice{})
	if got := g.counts(k); got != (counts{4, 4, 0}) {
		t.Errorf("of all tasks: %+v", got)
	}
	again(control.Choice{Seeds: []uint32{2}})
	told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"two"}})
	again(control.Choice{Seeds: []uint32{1}})
	if got := g.counts(k); got != (counts{4, 4, 0}) {
		t.Errorf("after a rerun was cancelled: %+v", got)
	}
}

// What was never run of a sweep, as it was cancelled, counts for it, and once.
func TestRerunCountsWhatWasCancelled(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"two"}})
	for _, restart := range []bool{false, true} {
		if restart {
			g.end()
			k = g.serve()
		}
		told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)},
			Rerun: &control.Choice{Seeds: []uint32{1}}, KeepFile: true})
		if got := g.counts(k); got != (counts{4, 2, 0}) {
			t.Errorf("started anew %t: %+v", restart, got)
		}
		if e := told[control.Explained](g, control.VerbExplain, control.Explain{Target: "two"}); !strings.Contains(e.Reason,
			"cancelled or stopped before: 2 tasks") {
			t.Errorf("explained by %+v", e)
		}
	}
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}, Rerun: &control.Choice{},
		KeepFile: true})
	if got := g.counts(k); got != (counts{4, 4, 0}) {
		t.Errorf("of all tasks: %+v", got)
	}
}

// Tasks that others replace count no more: neither failed nor done ones, nor those that
// are queued, which are not run.
func TestReplacedTasksCountNoMore(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.fails["EXC"] = protocol.Numeric
	other := strings.Replace(strings.Replace(twoByTwo, `"two"`, `"other"`, 1), "[1, 2]", "[1, 2, 3]", 1)
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo), file(other)}})
	told[control.Steered](g, control.VerbPause, control.Steer{Sweeps: []string{"other"}}) // so that its tasks stay known
	g.finish(k, "two")
	delete(g.fails, "EXC")
	for _, setting := range []string{"numint.max_steps=3000", "numint.max_steps=3500"} {
		g.executed()
		told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{g.replace("two", setting)},
			Rerun: &control.Choice{}})
		if setting == "numint.max_steps=3000" {
			continue // these are replaced before they run
		}
		if err := k.sweepControl.awaitQueue(g.context()); err != nil {
			t.Fatal(err)
		}
		if got := g.counts(k); got != (counts{4, 4, 0}) || g.executed() != 4 {
			t.Errorf("of all tasks: %+v", got)
		}
	}
}

// replace is a sweep in which all tasks are replaced by such with a setting.
func (g *testCluster) replace(sweep, setting string) control.SweepFile {
	g.t.Helper()
	status, err := catalog.ReadSweep(g.context(), g.root, g.prober, sweep)
	if err != nil {
		g.t.Fatal(err)
	}
	var ids []sweeps.ID
	for i := range status.Tasks {
		ids = append(ids, status.Tasks[i].Task.ID)
	}
	change, err := sweeps.ParseSetting(setting)
	if err != nil {
		g.t.Fatal(err)
	}
	replaced, err := status.Sweep.Replace(sweeps.Replacement{Tasks: ids, Settings: []sim.Setting{change}})
	if err != nil {
		g.t.Fatal(err)
	}
	return file(string(replaced.TOML()))
}
