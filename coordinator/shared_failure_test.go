package coordinator

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/internal/results"
)

// heal lets tasks succeed that failed.
func (g *testCluster) heal(plastic string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.fails, plastic)
}

func (g *testCluster) summary(sweep string) control.SweepSummary {
	g.t.Helper()
	return told[control.Summary](g, control.VerbSummary, control.Steer{Sweeps: []string{sweep}}).Sweeps[0]
}

// TestAFailureThatAnotherSweepRunsAgain counts for both sweeps, and so does its success.
func TestAFailureThatAnotherSweepRunsAgain(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.fails["EXC"] = protocol.Storage
	g.launch(twoByTwo)
	if s := g.finish(k, "two"); s.Tasks != 4 || s.Done != 2 || s.Failed != 2 || s.ByClass[protocol.Storage] != 2 || len(s.Failures) != 2 {
		t.Errorf("first: %+v", s)
	}
	g.launch(otherTwo)
	if s := g.summary("two"); s.Tasks != 4 || s.Done != 2 || s.Failed != 0 || len(s.ByClass) != 0 || len(s.Failures) != 0 ||
		s.Status != control.Open {
		t.Errorf("while they run again: %+v", s)
	}
	if record, err := records.Read(g.root, "two"); err != nil || record.Status != control.Open {
		t.Errorf("a restart would find %+v, %v", record, err)
	}
	g.heal("EXC")
	for _, sweep := range []string{"other", "two"} {
		if s := g.finish(k, sweep); s.Tasks != 4 || s.Done != 4 || s.Failed != 0 || len(s.ByClass) != 0 || len(g.files(sweep)) != 4 {
			t.Errorf("%v, in it %v", s, g.files(sweep))
		}
	}
	last := map[string]manifest.State{}
	for _, l := range g.lines("two") {
		last[l.ID.String()] = l.State
	}
	for id, state := range last {
		if state != manifest.Done {
			t.Errorf("the manifest of two says of %s: %s", id, state)
		}
	}
	for _, s := range k.Snapshot().Sweeps {
		if s.WorkDone != s.WorkTotal {
			t.Errorf("%s: %v of %v", s.Name, s.WorkDone, s.WorkTotal)
		}
	}
}

// TestAFailureThatFailsAgainForAnother is a failure of both then.
func TestAFailureThatFailsAgainForAnother(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.fails["EXC"] = protocol.Storage
	g.launch(twoByTwo)
	g.finish(k, "two")
	g.launch(otherTwo)
	for _, sweep := range []string{"other", "two"} {
		if s := g.finish(k, sweep); s.Tasks != 4 || s.Done != 2 || s.Failed != 2 || s.ByClass[protocol.Storage] != 2 {
			t.Errorf("%+v", s)
		}
	}
}

// TestARunningTaskThatIsWantedNoMore is not told as running after a launch without it.
func TestARunningTaskThatIsWantedNoMore(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.launch(strings.Replace(twoByTwo, "seeds = [1, 2]", "seeds = { first = 1, count = 600 }", 1))
	g.next("two")
	g.eventually(k, func() bool { return len(k.Snapshot().Running) == 1 })
	if s := k.Snapshot(); len(s.Running) != 1 || s.Sweeps[0].Running != 1 {
		t.Fatalf("it tells %+v", s)
	}
	g.launch(strings.Replace(twoByTwo, "seeds = [1, 2]", "seeds = [100000]", 1))
	if s := k.Snapshot(); len(s.Running) != 0 || s.Sweeps[0].Running != 0 || s.Sweeps[0].Tasks != 2 {
		t.Errorf("it tells %+v", s)
	}
}

// TestASourceIsSuperseded while tasks are queued that start from it: their orders name the file
// by where it lies then.
func TestASourceIsSuperseded(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	one := strings.Replace(oneTask, `"BOTH"`, `"EXC"`, 1)
	g.launch(one, pushed)
	g.hand(g.next("two"))
	g.until(k, func() bool { return k.Snapshot().Sweeps[1].Pending == 1 })
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Supersede: true, Sweeps: []control.SweepFile{file(strings.Replace(one,
		"n_trials = 1", "n_trials = 2", 1))}})
	g.hand(g.next("two"))
	g.until(k, func() bool { return k.statusOf("two") == control.Finished })
	g.worker().leave()
	if err := k.sweepControl.awaitQueue(g.context()); err != nil {
		t.Fatal(err)
	}
	source := g.next("pushed").task.Source
	sum, _, err := results.HashFile(g.root.Path() + "/" + source.Path)
	if err != nil || sum != source.SHA256 || !strings.Contains(source.Path, "superseded/") {
		t.Errorf("the order names %s, which has %s, not %s: %v", source.Path, sum, source.SHA256, err)
	}
}

// TestASourceThatCannotBeReadForAMoment keeps an order that is to tell of it, and fails none of
// the tasks that start from it.
func TestASourceThatCannotBeReadForAMoment(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	again := strings.Replace(pushed, `"pushed"`, `"again"`, 1)
	g.launch(strings.Replace(oneTask, `"BOTH"`, `"EXC"`, 1), pushed, again)
	g.hand(g.next("two"))
	g.until(k, func() bool { return k.Snapshot().Sweeps[1].Pending == 1 })
	dir, away := g.root.SweepDir("two"), filepath.Join(t.TempDir(), "away")
	if err := errors.Join(os.Rename(dir, away), os.Symlink("two", dir)); err != nil {
		t.Fatal(err)
	}
	if err := k.catalog.Refresh(); err != nil {
		t.Fatal(err)
	}
	if _, err := ask[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(again)}}); err == nil ||
		!strings.Contains(err.Error(), "symbolic links") {
		t.Errorf("launch: %v", err)
	}
	told[control.Steered](g, control.VerbPause, control.Steer{Sweeps: []string{"pushed"}}) // its task is queued for the other
	if f := k.faults.Find("again"); f == nil || !strings.Contains(f.Cause, "symbolic links") {
		t.Errorf("it tells %+v", f)
	}
	for _, s := range k.Snapshot().Sweeps {
		if s.Failed != 0 || s.Name == "again" && s.Pending != 1 {
			t.Errorf("%+v", s)
		}
	}
	if err := errors.Join(os.Remove(dir), os.Rename(away, dir)); err != nil {
		t.Fatal(err)
	}
	if s := g.finish(k, "again"); s.Done != 1 || s.Failed != 0 {
		t.Errorf("%+v", s)
	}
}
