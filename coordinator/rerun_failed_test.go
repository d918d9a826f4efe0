package coordinator

import (
	"testing"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/plan"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// A rerun that fails takes nothing from a task that is done: a result follows from its
// task, and is as sound as before.
func TestFailedRerunLeavesTheResult(t *testing.T) {
	for _, class := range []protocol.Class{protocol.Lost, protocol.Numeric} {
		t.Run(string(class), func(t *testing.T) {
			g := newRig(t)
			two := parse(t, twoByTwo)
			g.run(order1(two))
			before := map[sweeps.ID]manifest.Line{}
			for _, l := range g.lines("two") {
				before[l.ID] = l
			}
			g.fails["EXC"] = class
			s := g.run(plan.Request{Sweeps: []*sweeps.Sweep{two}, Select: func(*sweeps.Task, catalog.State) bool { return true },
				KeepFile: true}).Sweeps[0]
			if s.Done != 4 || s.Failed != 0 || s.ByClass[class] != 2 || len(s.Failures) != 2 {
				t.Errorf("rerun: %+v", s)
			}
			status, err := catalog.ReadSweep(g.context(), g.root, nobodys{}, "two")
			if err != nil {
				t.Fatal(err)
			}
			failures := 0
			for _, l := range g.lines("two") {
				if l.State == manifest.Failed {
					failures++
				}
			}
			if failures != 2 {
				t.Errorf("%d failures in the manifest, not 2", failures)
			}
			for i := range status.Tasks {
				if task := &status.Tasks[i]; task.State != catalog.StateDone || task.Line.Digest != before[task.Task.ID].Digest {
					t.Errorf("%s is %s by %+v", task.Task.File, task.State, task.Line)
				}
			}
			if found := g.verify().Sweeps[0]; len(found.Problems) != 0 || found.Sound != 4 {
				t.Errorf("verify: %+v", found)
			}
			g.executed()
			if s := g.run(order1(two)).Sweeps[0]; g.executed() != 0 || s.Done != 4 {
				t.Errorf("run once more: %+v", s)
			}
		})
	}
}
