package coordinator

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"eisweep/internal/control"
	"eisweep/sweeps"
)

// TestCleanRemovesWhatNobodyNeeds has files of settled tasks, of tasks at work, and of
// such as nobody knows.
func TestCleanRemovesWhatNobodyNeeds(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}})
	g.finish(k, "two")
	done := g.lines("two")[0].ID.String()
	grown := strings.Replace(twoByTwo, "[1, 2]", "[1, 2, 3]", 1)
	told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(grown)}})
	d, _ := g.next("two")
	atWork, stranger := d.Task().ID.String(), sweeps.ID{7}.String()
	superseded := g.path("two", "superseded")
	if err := os.MkdirAll(superseded, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(g.root.Private("checkpoints"), 0o777); err != nil {
		t.Fatal(err)
	}
	useless := []string{filepath.Join(superseded, done+".h5"), g.root.Private("incoming", done+".1.1"), g.root.Private("checkpoints", done+".1.before")}
	needed := []string{g.root.Private("logs", done+".1.1")}
	for _, id := range []string{atWork, stranger} {
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
	for _, path := range useless {
		if !isGone(path) {
			t.Errorf("%s is left", path)
		}
	}
	for _, path := range needed {
		if isGone(path) {
			t.Errorf("%s is gone", path)
		}
	}
	if found := g.verify().Sweeps[0]; len(found.Problems) != 0 || found.Sound != 4 {
		t.Errorf("verify: %+v", found)
	}
	if _, err := ask[control.Cleaned](g, control.VerbClean, control.Clean{Sweep: "tow"}); err == nil || !strings.Contains(err.Error(), "two") {
		t.Errorf("another sweep: %v", err)
	}
}
