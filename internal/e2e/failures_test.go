package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"eisweep/internal/manifest"
)

// failedSeeds is what `status SWEEP --json` says of failures.
type failedSeeds struct {
	sweepStatus
	Failures []struct {
		Seed         uint32
		Class, Error string
	}
	Earlier []struct {
		Seed  uint32
		Class string
	}
	Rerun []string
}

func (c *cluster) failures(at place, sweep string) (failedSeeds, map[uint32]string) {
	c.t.Helper()
	out := events[failedSeeds](c, at, "status", sweep)[0]
	classes := map[uint32]string{}
	for _, f := range out.Failures {
		classes[f.Seed] = f.Class
	}
	return out, classes
}

// TestFailedSeedsAreRunAgain has three of twelve seeds fail, each for a reason of its own, and runs just them again.
func TestFailedSeedsAreRunAgain(t *testing.T) {
	file := sweepFile(t, "partly", 12, 2, 2, "[axes]\npl.is_plastic = [\"BOTH\"]\n")
	want := undisturbed(t, file)["partly"]
	at := here(t)
	c := newCluster(t, "numeric:seed=3", "storage:seed=7", "kill:seed=12")
	root := c.root(at)
	c.coordinator(at)
	w := newWorkerPool(c, root, at, at)
	c.does(at, "launch", file)
	w.await("all seeds to have an end", func() bool { s := c.status(at, "partly"); return s.Done+s.Failed == 12 })

	status, classes := c.failures(at, "partly")
	if expected := map[uint32]string{3: "numeric", 7: "storage", 12: "lost"}; !maps.Equal(classes, expected) {
		t.Errorf("status has the failures %v, want %v", classes, expected)
	}
	said := c.does(at, "status", "partly")
	if len(status.Rerun) != 3 {
		t.Errorf("status suggests %q, want a command for each class", status.Rerun)
	}
	for _, text := range []string{"seed 3 ", "seed 7 ", "seed 12 ", "no space left on device", "--class numeric --set", "--class storage",
		"--class lost"} {
		if !strings.Contains(said, text) {
			t.Errorf("status doesn't say %q:\n%s", text, said)
		}
	}
	selects(t, c, at, []string{"--failed"}, 3)
	selects(t, c, at, []string{"--failed", "--class", "storage"}, 1)
	selects(t, c, at, []string{"--failed", "--seeds", "3,7"}, 2)
	selects(t, c, at, []string{"--failed", "--where", "pl.is_plastic=BOTH"}, 3)

	before := manifestLines(t, root, "partly")
	for _, seed := range []string{"3", "7", "12"} { // one after another, while the first ones run and finish
		c.types(at, "eisweep rerun partly --failed --seeds "+seed+" -p "+root)
	}
	w.await("the failed seeds to be done", func() bool { return c.status(at, "partly").Done == 12 })
	after := manifestLines(t, root, "partly")
	if got := doneOf(after); !maps.Equal(got, want) {
		t.Errorf("%d of %d results are as an undisturbed run has them", agreeing(got, want), len(want))
	}
	recordsEveryFailure(t, before, after)
	if status, _ := c.failures(at, "partly"); len(status.Earlier) != 3 || len(status.Failures) != 0 {
		t.Errorf("status tells of %v earlier failures, and of %v", status.Earlier, status.Failures)
	}

	// One that is replaced leaves the others as they are.
	c.does(at, "rerun", "partly", "--seeds", "5", "--set", "numint.max_steps=3000", "--follow")
	last := manifestLines(t, root, "partly")
	if l := last[len(last)-1]; len(last) != len(after)+1 || l.Seed != 5 || l.Replaces.String() == "" ||
		!strings.Contains(l.File, "numint.max_steps=3000") {
		t.Errorf("after rerun --set the manifest has %d lines more, the last %+v", len(last)-len(after), l)
	}
	c.verify(root, "verify")
}

// types runs a command line of ours as a shell does.
func (c *cluster) types(at place, line string) {
	c.t.Helper()
	bin := c.t.TempDir()
	if err := os.Symlink(c.program, filepath.Join(bin, "eisweep")); err != nil {
		c.t.Fatal(err)
	}
	if p := start(c.t, at, c.env, "sh", "-c", "PATH="+bin+":$PATH; "+line); p.end() != 0 {
		c.t.Errorf("%s: exit code %d\n%s", line, p.code, p.output())
	}
}

var counted = regexp.MustCompile(`(\d+) (of \d+ )?tasks?`)

// selects wants `rerun --dry-run` to mean so many tasks.
func selects(t testing.TB, c *cluster, at place, options []string, tasks int) {
	t.Helper()
	said := c.does(at, "rerun", append([]string{"partly", "--dry-run"}, options...)...)
	if m := counted.FindStringSubmatch(said); m == nil || m[1] != string(rune('0'+tasks)) {
		t.Errorf("rerun %q would run %q, want %d tasks", options, said, tasks)
	}
}

// recordsEveryFailure wants a rerun to have added one line for each failure, a result in the run after.
func recordsEveryFailure(t testing.TB, before, after []manifest.Line) {
	t.Helper()
	var again []uint32
	for _, l := range after[len(before):] {
		again = append(again, l.Seed)
		if l.State != manifest.Done || l.Run != 2 {
			t.Errorf("seed %d: the rerun left %s in run %d: %s", l.Seed, l.State, l.Run, l.Error)
		}
	}
	slices.Sort(again)
	if !slices.Equal(again, []uint32{3, 7, 12}) {
		t.Errorf("the rerun ran seeds %v", again)
	}
}
