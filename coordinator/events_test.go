package coordinator

import (
	"slices"
	"testing"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/protocol"
)

// has reports whether a coordinator has recorded an event of a kind.
func (g *testCluster) has(k *Coordinator, kind events.Kind) bool {
	list, _ := k.Events().After(0)
	return slices.ContainsFunc(list, func(e events.Event) bool { return e.Kind == kind })
}

// TestEventsOfASweep: it is launched, launched again with another priority, set aside because of a fault, and cancelled, which the
// next coordinator does not record again. Every event names the latest launch.
func TestEventsOfASweep(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(twoByTwo)
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: control.SweepFiles{file(twoByTwo)}, Priority: 5})
	j := g.next("two")
	g.poll("an attempt", func() bool { return g.has(k, events.AttemptStarted) })
	o := g.outcome(j.task, j.token())
	repair := obstruct(t, g.root.Private("incoming"))
	g.commit(j, o)
	g.poll("a fault", func() bool { return g.has(k, events.SweepSetAside) })
	repair()
	g.poll("the end of the fault", func() bool { return g.has(k, events.SweepContinued) })
	told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"two"}})
	g.end()
	g.serve()
	list, err := events.Read(g.root, events.Query{About: "two"})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []events.Kind
	for i, e := range list {
		kinds = append(kinds, e.Kind)
		if i > 0 && e.Launch != list[1].Launch {
			t.Errorf("%s is of launch %s, not %s", e.Kind, e.Launch, list[1].Launch)
		}
	}
	want := []events.Kind{events.SweepLaunched, events.SweepLaunched, events.SweepPriorityChanged, events.AttemptStarted, events.SweepSetAside,
		events.SweepContinued, events.SweepCancelled}
	kinds = slices.DeleteFunc(kinds, func(kind events.Kind) bool { return kind == events.AttemptFinished }) // before or after that
	if !slices.Equal(kinds, want) {
		t.Errorf("events %v, want %v", kinds, want)
	}
	if me := control.ThisUser(); list[0].User != me.User || list[len(list)-1].From != me.Host || *list[2].Priority != 5 {
		t.Errorf("%+v", list)
	}
}

// TestAnsweredCommandsAreInTheLog: the file has the event of a command when the command is answered, so that no crash loses it.
func TestAnsweredCommandsAreInTheLog(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	last := uint64(0)
	expectLogged := func(kind events.Kind, about string) {
		t.Helper()
		list, err := events.Read(g.root, events.Query{After: last})
		if err != nil {
			t.Fatal(err)
		}
		is := func(e events.Event) bool {
			return e.Kind == kind && (e.Sweep == about || e.Worker == about) && e.User != ""
		}
		if !slices.ContainsFunc(list, is) {
			t.Errorf("the log has no %s of %s after number %d: %+v", kind, about, last, list)
		}
		if len(list) > 0 {
			last = list[len(list)-1].Seq
		}
	}
	steer := func(verb string, kind events.Kind) {
		t.Helper()
		told[control.Steered](g, verb, control.Steer{Sweeps: []string{"two"}})
		expectLogged(kind, "two")
	}
	g.launch(twoByTwo)
	expectLogged(events.SweepLaunched, "two")
	steer(control.VerbPause, events.SweepPaused)
	if err := k.Prioritize(control.WithRequester(g.context(), control.ThisUser()), "two", 7); err != nil {
		t.Fatal(err)
	}
	expectLogged(events.SweepPriorityChanged, "two")
	steer(control.VerbResume, events.SweepResumed)
	steer(control.VerbCancel, events.SweepCancelled)
	g.completes(k, twoByTwo, "two")
	expectLogged(events.SweepLaunched, "two")
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: control.SweepFiles{file(twoByTwo)}, KeepFile: true,
		Rerun: &control.Choice{}})
	expectLogged(events.SweepExtended, "two")
	g.finish(k, "two")
	told[control.RemovedSweep](g, control.VerbRename, control.Rename{Sweep: "two", To: "better"})
	expectLogged(events.SweepRenamed, "two")
	told[control.Removed](g, control.VerbRemove, control.Remove{Sweeps: []string{"better"}})
	expectLogged(events.SweepRemoved, "better")
	k.workers.Report(protocol.Presence{Name: "w9", Host: "here", State: protocol.Idle}, time.Now())
	told[control.Drained](g, control.VerbDrain, control.Drain{Targets: []string{"w9"}})
	expectLogged(events.WorkerDraining, "w9")
}
