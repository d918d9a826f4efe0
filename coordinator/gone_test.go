package coordinator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/events"
)

// withoutDirectory leaves a root whose sweep two has one result, one that is committed, and two tasks to run, but no directory:
// it was moved away while no coordinator ran.
func (g *testCluster) withoutDirectory() (away string) {
	g.t.Helper()
	k := g.serve()
	g.launch(twoByTwo, apart)
	g.hand(g.next("two"))
	g.until(k, func() bool { return len(g.lines("two")) == 1 })
	j := g.next("two")
	g.end()
	g.hand(j)
	away = filepath.Join(g.t.TempDir(), "two")
	if err := os.Rename(g.root.SweepDir("two"), away); err != nil {
		g.t.Fatal(err)
	}
	return away
}

// TestASweepWhoseDirectoryIsGone is reported by the next coordinator. When the directory is put back, nothing is lost, and
// nothing is computed twice.
func TestASweepWhoseDirectoryIsGone(t *testing.T) {
	g := newRig(t)
	away := g.withoutDirectory()
	for range 2 {
		k := g.serve()
		f := k.faults.Find("two")
		if f == nil || !strings.Contains(f.Cause, g.root.SweepDir("two")+" is gone") || !strings.Contains(f.Remedy, "eisweep cancel two") {
			t.Fatalf("it tells %+v", f)
		}
		if _, err := os.Lstat(g.root.SweepDir("two")); err == nil {
			t.Error("the directory was made again")
		}
		g.end()
	}
	k := g.serve()
	if s := g.finish(k, "apart"); s.Failed != 0 || s.Done != s.Tasks {
		t.Errorf("the other: %+v", s)
	}
	others := len(g.lines("apart"))
	if err := os.Rename(away, g.root.SweepDir("two")); err != nil {
		t.Fatal(err)
	}
	if s := g.finish(k, "two"); s.Done != 4 || s.Failed != 0 || g.executed() != 4+others {
		t.Errorf("%+v, with %d of the other", s, others)
	}
	if f := k.faults.Find("two"); f != nil {
		t.Errorf("it is still set aside: %+v", f)
	}
}

// TestASweepWhoseDirectoryIsGoneIsCancelled: its missing directory is reported once, and none of its tasks stays queued.
func TestASweepWhoseDirectoryIsGoneIsCancelled(t *testing.T) {
	g := newRig(t)
	g.withoutDirectory()
	k := g.serve()
	out := told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"two"}})
	if len(out.Sweeps) != 1 || out.Sweeps[0].Status != control.Cancelled || !out.Sweeps[0].Changed {
		t.Errorf("cancelled: %+v", out)
	}
	g.until(k, func() bool { return k.faults.Find("two") == nil })
	g.end()
	k = g.serve()
	if f := k.faults.Find("two"); f != nil {
		t.Errorf("the next one tells %+v", f)
	}
	for _, sweep := range queuedTasks(k) {
		if sweep == "two" {
			t.Error("an order of it is still queued")
		}
	}
	if open, finished, err := records.Gone(g.root); len(open)+len(finished) > 0 || err != nil {
		t.Errorf("gone: %v, %v, %v", open, finished, err)
	}
}

// TestAFinishedSweepWhoseDirectoryIsGone is known until somebody cancels it.
func TestAFinishedSweepWhoseDirectoryIsGone(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(twoByTwo)
	g.finish(k, "two")
	g.end()
	if err := os.RemoveAll(g.root.SweepDir("two")); err != nil {
		t.Fatal(err)
	}
	k = g.serve()
	if f := k.faults.Find("two"); f != nil {
		t.Errorf("nothing is to do, yet it is set aside: %+v", f)
	}
	if open, finished, err := records.Gone(g.root); len(open) > 0 || len(finished) != 1 || err != nil {
		t.Errorf("gone: %v, %v, %v", open, finished, err)
	}
	told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"two"}})
	if open, finished, err := records.Gone(g.root); len(open)+len(finished) > 0 || err != nil {
		t.Errorf("gone after it was cancelled: %v, %v, %v", open, finished, err)
	}
}

// TestADirectoryThatGoesWhileTheCoordinatorRuns is an event, as is its return. Meanwhile the results in it do not count.
func TestADirectoryThatGoesWhileTheCoordinatorRuns(t *testing.T) {
	g := newRig(t)
	g.tick = 20 * time.Millisecond
	k := g.serve()
	g.completes(k, twoByTwo, "two")
	away := filepath.Join(g.t.TempDir(), "two")
	if err := os.Rename(g.root.SweepDir("two"), away); err != nil {
		t.Fatal(err)
	}
	g.poll("it is set aside", func() bool { return g.has(k, events.SweepSetAside) && len(k.diagnoser.Gone()) == 1 })
	out := k.Snapshot()
	if s := out.Sweeps[0]; s.Done != 0 || s.Tasks != 4 || s.Status == control.Finished || len(out.Faults) != 1 ||
		!strings.Contains(out.Faults[0].Cause, g.root.SweepDir("two")) {
		t.Errorf("%+v, faults %+v", s, out.Faults)
	}
	g.expectProblems("sweep-gone two")
	if err := os.Rename(away, g.root.SweepDir("two")); err != nil {
		t.Fatal(err)
	}
	g.poll("it is back", func() bool { return g.has(k, events.SweepContinued) && len(k.diagnoser.Gone()) == 0 })
	if s := k.Snapshot().Sweeps[0]; s.Done != 4 || s.Status != control.Finished {
		t.Errorf("back, it is %+v", s)
	}
	g.expectProblems()
}
