package coordinator

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"eisweep/coordinator/records"
	"eisweep/coordinator/removal"
	"eisweep/internal/control"
	"eisweep/internal/events"
)

// refusesToRemove wants the removal of a sweep refused, with a text.
func (g *testCluster) refusesToRemove(sweep, text string) {
	g.t.Helper()
	_, err := ask[control.Removed](g, control.VerbRemove, control.Remove{Sweeps: []string{sweep}})
	var refused *control.Refusal
	if !errors.As(err, &refused) || refused.Kind != control.Input && refused.Kind != control.Unknown || !strings.Contains(refused.Text, text) {
		g.t.Errorf("removing %s: %v, want %q", sweep, err, text)
	}
	if refused != nil && refused.Kind == control.Input && len(g.files(sweep)) == 0 {
		if _, err := os.Stat(g.root.SweepFile(sweep)); err != nil {
			g.t.Error(err)
		}
	}
}

// TestRemovedSweepIsForgotten removes a sweep whose results another one shares, and from whose networks a third one starts.
func TestRemovedSweepIsForgotten(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.refusesToRemove("two", "there is no sweep")
	g.launch(twoByTwo, otherTwo)
	g.refusesToRemove("two", "two is open and has tasks left: `eisweep cancel two` first")
	stop := g.works()
	g.ends(k, "two")
	g.ends(k, "other")
	stop()
	g.launch(pushed)
	g.refusesToRemove("two", "sweep pushed, which is open, starts from the networks of two")
	told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"pushed"}})

	dry := told[control.Removed](g, control.VerbRemove, control.Remove{Sweeps: []string{"two"}, Dry: true}).Sweeps[0]
	if dry.Results != 4 || dry.Shared != 4 || len(dry.Dependents) != 1 || dry.Dependents[0].Name != "pushed" ||
		dry.Dependents[0].Status != control.Cancelled || len(g.files("two")) != 4 {
		t.Errorf("%+v", dry)
	}
	_, err := ask[control.Removed](g, control.VerbRemove, control.Remove{Sweeps: []string{"two"},
		Archived: &control.Archived{File: "/elsewhere", Manifest: "another"}})
	if err == nil || !strings.Contains(err.Error(), "has changed since it was packed") || len(g.files("two")) != 4 {
		t.Errorf("a sweep that has changed: %v", err)
	}
	told[control.Removed](g, control.VerbRemove, control.Remove{Sweeps: []string{"two"}})
	if !g.has(k, events.SweepRemoved) {
		t.Error("no event says that it was removed")
	}
	if _, err := os.Stat(g.root.SweepDir("two")); !os.IsNotExist(err) {
		t.Errorf("its directory: %v", err)
	}
	if _, err := records.Read(g.root, "two"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its record: %v", err)
	}
	for _, s := range k.Snapshot().Sweeps {
		if s.Name == "two" {
			t.Errorf("the snapshot has it")
		}
	}
	if n := len(g.files("other")); n != 4 || g.read("other", g.files("other")[0]) == "" {
		t.Errorf("the other sweep has %d results", n)
	}

	// Launched again, it has the results of the other one, and a new coordinator knows both.
	g.launch(twoByTwo)
	if s := g.ends(k, "two"); s.Linked != 4 || s.Ran != 0 {
		t.Errorf("launched again: %+v", s)
	}
	told[control.Removed](g, control.VerbRemove, control.Remove{Sweeps: []string{"other"}})
	g.end()

	// A crash after the directory had left its name: the rest is deleted.
	left := g.root.Private("removed", "other.x")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(left, "manifest.jsonl"), "")
	g.serve()
	g.poll("what was left is deleted", func() bool {
		_, err := os.Stat(g.root.Private("removed"))
		return os.IsNotExist(err)
	})
	if names, err := g.root.Sweeps(); err != nil || len(names) != 2 {
		t.Errorf("%v %v", names, err)
	}
	g.expectProblems()
}

// TestRemovalStopsWithoutOwnership has the root go to another process before each step: the sweep stays.
func TestRemovalStopsWithoutOwnership(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.completes(k, twoByTwo, "two")
	g.end()
	lost := errors.New("another process owns the root")
	for steps := range 3 {
		n := 0
		err := removal.Remove(g.root, "two", nil, func() error {
			if n++; n > steps {
				return lost
			}
			return nil
		})
		if !errors.Is(err, lost) || len(g.files("two")) != 4 {
			t.Errorf("after %d steps: %v", steps, err)
		}
	}
	if err := removal.Remove(g.root, "two", nil, func() error { return nil }); err != nil {
		t.Error(err)
	}
	if names, err := g.root.Sweeps(); err != nil || len(names) != 0 {
		t.Errorf("%v %v", names, err)
	}
}

// TestRenamedSweepIsTheSame renames a sweep through the coordinator that ran it, which then knows it by its new name alone.
func TestRenamedSweepIsTheSame(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.completes(k, twoByTwo, "two")
	before := g.files("two")
	told[control.RemovedSweep](g, control.VerbRename, control.Rename{Sweep: "two", To: "better"})
	if !g.has(k, events.SweepRenamed) {
		t.Error("no event says that it was renamed")
	}
	if after := g.files("better"); !slices.Equal(after, before) || len(g.files("two")) != 0 {
		t.Errorf("%q became %q", before, after)
	}
	for _, l := range g.lines("better") {
		if l.Sweep != "better" {
			t.Errorf("%+v", l)
		}
	}
	if s, ok := records.ReadSettled(g.root, "better"); !ok || s.Done != 4 {
		t.Errorf("its record: %+v %v", s, ok)
	}
	g.launch(strings.Replace(twoByTwo, `"two"`, `"better"`, 1))
	if s := g.ends(k, "better"); s.Reused != 4 || s.Ran != 0 {
		t.Errorf("launched again: %+v", s)
	}
	g.refusesToRemove("two", "there is no sweep")
	for _, name := range []string{"better", "../x", ""} {
		_, err := ask[control.RemovedSweep](g, control.VerbRename, control.Rename{Sweep: "better", To: name})
		var refused *control.Refusal
		if !errors.As(err, &refused) || refused.Kind != control.Input {
			t.Errorf("renamed to %q: %v", name, err)
		}
	}
}

// TestRenameStopsWithoutOwnership has the root go to another process before each step. Then there are both sweeps, or the old one.
func TestRenameStopsWithoutOwnership(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.completes(k, twoByTwo, "two")
	g.end()
	lost := errors.New("another process owns the root")
	for steps := range 6 {
		n := 0
		err := removal.Rename(g.root, "two", "better", func() error {
			if n++; n > steps {
				return lost
			}
			return nil
		})
		if !errors.Is(err, lost) || len(g.files("two")) != 4 || len(g.files("better")) != 0 && len(g.files("better")) != 4 {
			t.Errorf("after %d steps: %v", steps, err)
		}
		if err := os.RemoveAll(g.root.SweepDir("better")); err != nil {
			t.Fatal(err)
		}
	}
	if err := removal.Rename(g.root, "two", "better", func() error { return nil }); err != nil || len(g.files("better")) != 4 {
		t.Error(err)
	}
}

// TestManifestIsReadWithoutTheLock: the check of an archived sweep's manifest takes long, and tasks proceed meanwhile.
func TestManifestIsReadWithoutTheLock(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.completes(k, twoByTwo, "two")
	k.mu.Lock()
	refused := make(chan error, 1)
	go func() {
		refused <- disposal{k}.forget("two", &control.Archived{File: "/elsewhere", Manifest: "another"})
	}()
	ctx, cancel := context.WithTimeout(g.context(), 30*time.Second)
	defer cancel()
	select {
	case err := <-refused:
		if err == nil || !strings.Contains(err.Error(), "has changed since it was packed") {
			t.Error(err)
		}
	case <-ctx.Done():
		t.Error("the manifest is read with the lock")
	}
	k.mu.Unlock()
}

// TestChangesAfterTheCheckAreSeen has a manifest grow, and be replaced, after it was read.
func TestChangesAfterTheCheckAreSeen(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	g.completes(k, twoByTwo, "two")
	g.end()
	path := g.root.Manifest("two")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(){
		"grown": func() { write(t, path, string(text)+"\n") },
		"replaced": func() {
			write(t, path+".new", string(text))
			if err := os.Rename(path+".new", path); err != nil {
				t.Fatal(err)
			}
		},
	} {
		write(t, path, string(text))
		sum, err := removal.ManifestSum(g.root, "two")
		if err != nil {
			t.Fatal(err)
		}
		again, err := removal.CheckUnchanged(g.root, "two", &control.Archived{File: "/elsewhere", Manifest: sum})
		if err != nil || again() != nil {
			t.Fatalf("an unchanged manifest: %v", err)
		}
		change()
		if err := again(); err == nil || !strings.Contains(err.Error(), "has changed since it was packed") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
