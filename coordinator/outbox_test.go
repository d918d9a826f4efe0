package coordinator

import (
	"strings"
	"testing"

	"eisweep/internal/control"
)

func manyOf(name, seeds string) control.SweepFile {
	return file(strings.NewReplacer(`"many"`, `"`+name+`"`, "SEEDS", seeds).Replace(many))
}

// count counts what is queued, by sweep.
func (g *rig) count() map[string]int {
	g.t.Helper()
	out := map[string]int{}
	for _, sweep := range g.queued() {
		out[sweep]++
	}
	return out
}

// TestCancelWhileLaunching cancels a sweep whose tasks are being queued: nothing of it
// stays or comes, and launching it again queues them all.
func TestCancelWhileLaunching(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	launch := control.Launch{Sweeps: []control.SweepFile{manyOf("many", "30")}}
	launched := make(chan error, 1)
	go func() {
		_, err := ask[control.Plan](g, control.VerbLaunch, launch)
		launched <- err
	}()
	g.eventually(k, func() bool { n, err := g.queue.Length(g.context()); return err == nil && n >= 2000 })
	s := told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"many"}}).Sweeps[0]
	if n := g.count()["many"]; n != 0 {
		t.Errorf("%d tasks are queued after the cancel", n)
	}
	if s.Removed < 2000 || s.Removed >= 30_000 {
		t.Errorf("cancelled %+v; it was to come in the middle", s)
	}
	if err := <-launched; err == nil || !strings.Contains(err.Error(), "cancelled while it was being launched") {
		t.Errorf("the launch: %v", err)
	}
	if n := g.count()["many"]; n != 0 || k.standOf("many") != control.Cancelled || len(k.Sweeps()) != 0 {
		t.Errorf("%d tasks are queued after the launch, the sweep is %s", n, k.standOf("many"))
	}
	if p := told[control.Plan](g, control.VerbLaunch, launch).Sweeps[0]; p.New != 30_000 || g.count()["many"] != p.New {
		t.Errorf("launched again: %+v, %d queued", p, g.count()["many"])
	}
}

// TestOrdersThatAreManyAreMadeWhenTheyAreSent pauses a sweep whose tasks another wants, too.
func TestOrdersThatAreManyAreMadeWhenTheyAreSent(t *testing.T) {
	g := newRig(t)
	g.serve()
	first, second := manyOf("first", "5"), manyOf("second", "4")
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{first, second}})
	if n := g.count(); n["first"] != 5000 || n["second"] != 0 {
		t.Fatalf("queued %v", n)
	}
	told[control.Steered](g, control.VerbPause, control.Steer{Sweeps: []string{"first"}})
	if n := g.count(); n["first"] != 1000 || n["second"] != 4000 {
		t.Errorf("while the first is paused: %v", n)
	}
	told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"second"}})
	told[control.Steered](g, control.VerbResume, control.Steer{Sweeps: []string{"first"}})
	if n := g.count(); n["first"] != 5000 || n["second"] != 0 {
		t.Errorf("after the second is cancelled: %v", n)
	}
}
