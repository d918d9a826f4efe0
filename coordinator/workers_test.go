package coordinator

import (
	"slices"
	"testing"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/protocol"
)

// TestWorkersRunWhatTheSnapshotSays has a worker whose last report is older than the start of its task, and one whose report is
// older than the end of its task.
func TestWorkersRunWhatTheSnapshotSays(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	j := g.next("two")
	g.eventually(k, func() bool { return len(k.Snapshot().Running) == 1 })
	j.w.hush(true)
	g.heardOut(k)
	k.workers.Report(protocol.Presence{Name: "w1", Host: "here", Slots: 64, State: protocol.Idle}, time.Now())
	k.workers.Report(protocol.Presence{Name: "w2", Host: "there", Slots: 2, Busy: 1, State: protocol.Working,
		Attempts: []protocol.Attempt{{ID: j.id()}}}, time.Now())
	list := k.Workers().Workers
	if len(list) != 2 || list[0].State != protocol.Working || list[0].Busy != 1 || !slices.Contains(list[0].Tasks, j.id()) {
		t.Errorf("a worker that runs a task: %+v", list)
	}
	if w := list[1]; w.State != protocol.Idle || w.Busy != 0 || len(w.Tasks) != 0 {
		t.Errorf("a worker that runs none: %+v", w)
	}
	if s := k.Snapshot(); s.Sweeps[0].Running != 1 {
		t.Errorf("snapshot: %+v", s)
	}
}
