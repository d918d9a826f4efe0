package coordinator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/internal/control"
)

// TestCleanEmptiesNoDirectoryBehindALink has a link to a directory of the user's in place of superseded/, and the
// sweep's own directory behind it.
func TestCleanEmptiesNoDirectoryBehindALink(t *testing.T) {
	for _, lead := range []string{"elsewhere", "here"} {
		g := newRig(t)
		k := g.serve()
		told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
		g.finish(k, "two")
		target := g.root.SweepDir("two")
		if lead == "elsewhere" {
			target = t.TempDir()
			write(t, filepath.Join(target, "precious"), "text")
		}
		before := namesOf(t, target)
		if err := os.Symlink(target, g.path("two", "superseded")); err != nil {
			t.Fatal(err)
		}
		_, err := ask[control.Cleaned](g, control.VerbClean, control.Clean{Sweep: "two"})
		if err == nil || !strings.Contains(err.Error(), "symbolic link") {
			t.Errorf("%s: %v", lead, err)
		}
		if after := namesOf(t, target); lead == "elsewhere" && strings.Join(after, " ") != strings.Join(before, " ") || len(after) < len(before) {
			t.Errorf("%s: %v is left of %v", lead, after, before)
		}
	}
}

func namesOf(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
