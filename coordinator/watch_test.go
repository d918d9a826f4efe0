package coordinator

import (
	"strings"
	"testing"

	"eisweep/internal/control"
	"eisweep/internal/protocol"
)

// The worker of a task that two sweeps share dies, and the sweep that the task is queued for is
// paused: the other one gets it.
func TestAPausedSweepDoesNotKeepADeadWorkersTask(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}})
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(strings.Replace(twoByTwo, `"two"`, `"other"`, 1))}})
	g.next("two") // and never a word again
	g.eventually(k, func() bool { return k.Snapshot().Sweeps[0].Running == 1 })
	told[control.Steered](g, control.VerbPause, control.Steer{Sweeps: []string{"two"}})
	for range quietTicks {
		k.endQuiet()
	}
	if s := g.finish(k, "other"); s.Done != 4 {
		t.Errorf("other: %+v", s)
	}
}

// An attempt that is heard goes on, and one that is not is followed by another, although the
// queue takes its task for being at work.
func TestASilentAttemptIsFollowedByAnother(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}})
	silent, first := g.next("two")
	lively, second := g.next("two")
	running := func() int { return k.Snapshot().Sweeps[0].Running }
	g.eventually(k, func() bool { return running() == 2 })
	for range 3 * quietTicks {
		k.progress(protocol.Progress{ID: lively.Task().ID, Run: 1, Attempt: second})
		k.endQuiet()
	}
	if n := running(); n != 1 {
		t.Errorf("%d attempts are running", n)
	}
	var again bool
	for range 3 {
		d, attempt := g.next("two")
		if d.Task().ID == silent.Task().ID {
			again = attempt == first+1
		}
		g.hand(d, attempt)
	}
	if !again {
		t.Error("the silent attempt's task is not delivered again")
	}
	g.hand(lively, second)
	g.eventually(k, func() bool { return k.standOf("two") == control.Finished })
}
