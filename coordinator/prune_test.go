package coordinator

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"eisweep/coordinator/prune"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// TestCleanRemovesWhatNobodyNeeds has files of settled tasks, of tasks at work, and of
// such as nobody knows.
func TestCleanRemovesWhatNobodyNeeds(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.finish(k, "two")
	done := g.lines("two")[0].ID.String()
	grown := strings.Replace(twoByTwo, "[1, 2]", "[1, 2, 3]", 1)
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(grown)}})
	j := g.next("two")
	running, stranger := j.id().String(), sweeps.ID{7}.String()
	superseded := g.path("two", "superseded")
	if err := os.MkdirAll(superseded, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(g.root.Private("checkpoints"), 0o777); err != nil {
		t.Fatal(err)
	}
	useless := []string{filepath.Join(superseded, done+".h5"), g.root.Private("incoming", done+".1.1"), g.root.Private("checkpoints",
		done+".1.before")}
	needed := []string{g.root.Private("logs", done+".1.1")}
	for _, id := range []string{running, stranger} {
		needed = append(needed, g.root.Private("incoming", id+".1.1.part"), g.root.Private("checkpoints", id+".1"))
	}
	for _, path := range slices.Concat(useless, needed) {
		write(t, path, "text")
	}
	for i, want := range []int{3, 3, 0} { // at first it only lists
		out := told[control.Cleaned](g, control.VerbClean, control.Clean{Sweep: "two", Dry: i == 0})
		if len(out.Files) != want {
			t.Errorf("clean %d: %+v", i, out)
		}
	}
	onlyAreLeft(t, needed, useless)
	failed := g.root.Private("logs", running+".1.1")
	write(t, failed, "text")
	if out := told[control.Cleaned](g, control.VerbClean, control.Clean{Sweep: "two",
		Logs: true}); len(out.Files) != 1 || out.Files[0].Why != "log" {
		t.Errorf("clean logs: %+v", out)
	}
	onlyAreLeft(t, append(needed[1:], failed), needed[:1])
	if found := g.verify().Sweeps[0]; len(found.Problems) != 0 || found.Sound != 4 {
		t.Errorf("verify: %+v", found)
	}
	if _, err := ask[control.Cleaned](g, control.VerbClean, control.Clean{Sweep: "tow"}); err == nil || !strings.Contains(err.Error(), "two") {
		t.Errorf("another sweep: %v", err)
	}
}

// TestCleanWithoutACoordinator keeps what the next one may go on from: a rerun's files,
// and those of a task that failed and is tried again.
func TestCleanWithoutACoordinator(t *testing.T) {
	g := newRig(t)
	g.fails["EXC"] = protocol.Lost
	g.run(order1(parse(t, twoByTwo)))
	var done, failed, stranger string
	for _, l := range g.lines("two") {
		if l.State == manifest.Done {
			done = l.ID.String()
		} else {
			failed = l.ID.String()
		}
	}
	stranger = sweeps.ID{7}.String()
	for _, directory := range []string{g.path("two", "superseded"), g.root.Private("checkpoints")} {
		if err := os.MkdirAll(directory, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	useless := []string{g.path("two", "superseded/"+done+".h5"), g.root.Private("incoming", done+".1.2.h5"), g.root.Private("incoming",
		failed+".1.2.h5"),
		g.root.Private("checkpoints", done+".1")}
	needed := []string{g.root.Private("incoming", done+".2.1.h5"), g.root.Private("incoming", stranger+".1.1.h5"),
		g.root.Private("checkpoints", failed+".1"), g.root.Private("checkpoints", stranger+".1")}
	for _, path := range slices.Concat(useless, needed) {
		write(t, path, "text")
	}
	for i, want := range []int{len(useless), len(useless), 0} { // at first it only lists
		if out, err := prune.Run(g.root, control.Clean{Sweep: "two", Dry: i == 0}); err != nil || len(out.Files) != want {
			t.Errorf("clean %d: %+v, %v", i, out, err)
		}
	}
	onlyAreLeft(t, needed, useless)
	if found := g.verify().Sweeps[0]; len(found.Problems) != 0 || found.Sound != 2 {
		t.Errorf("verify: %+v", found)
	}
}

// onlyAreLeft wants the needed files there and the useless ones gone.
func onlyAreLeft(t *testing.T, needed, useless []string) {
	t.Helper()
	for _, path := range useless {
		if !atomicfile.IsGone(path) {
			t.Errorf("%s is left", path)
		}
	}
	for _, path := range needed {
		if atomicfile.IsGone(path) {
			t.Errorf("%s is gone", path)
		}
	}
}
