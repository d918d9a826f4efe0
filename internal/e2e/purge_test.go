package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAPurgeLeavesResults purges the package where the services' user has results in its home, and something that looks like a
// coordinator's state.
func TestAPurgeLeavesResults(t *testing.T) {
	system, elsewhere := t.TempDir(), t.TempDir()
	home := filepath.Join(system, "var/lib/eisweep")
	state, stays := []string{
		"abcdefghij27/authority.json",
		"abcdefghij27/port",
		"abcdefghij27/jetstream/eisweep/streams/tasks/msgs/1.blk",
		"zyxwvutsrq22/port",
	},
		[]string{
			"experiments/ei-assemblies/quick/r.h5",
			"experiments/ei-assemblies/.eisweep/root.json",
			"experiments1/jetstream/r.h5",
			"lab/port",
			"abcdefghij22/results.h5",
			".bashrc",
		}
	for _, name := range append(state, stays...) {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, path, "x")
	}
	write(t, filepath.Join(elsewhere, "port"), "x")
	if err := os.Symlink(elsewhere, filepath.Join(home, "linkedlinked")); err != nil {
		t.Fatal(err)
	}
	purges(t, system)
	for _, name := range stays {
		if contents(filepath.Join(home, name)) != "x" {
			t.Errorf("the purge took %s", name)
		}
	}
	for _, name := range state {
		if _, err := os.Lstat(filepath.Join(home, strings.SplitN(name, "/", 2)[0])); !os.IsNotExist(err) {
			t.Errorf("the purge left the directory of %s: %v", name, err)
		}
	}
	if contents(filepath.Join(elsewhere, "port")) != "x" {
		t.Error("the purge followed a link")
	}
}

// TestAPurgeLeavesNothingElse wants the home to go with the last of what a coordinator keeps.
func TestAPurgeLeavesNothingElse(t *testing.T) {
	system := t.TempDir()
	state := filepath.Join(system, "var/lib/eisweep/abcdefghij27")
	if err := os.MkdirAll(filepath.Join(state, "jetstream", "a"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(state, "authority.json"), "{}")
	purges(t, system)
	if _, err := os.Stat(filepath.Dir(state)); !os.IsNotExist(err) {
		t.Errorf("the home is left: %v", err)
	}
	purges(t, system) // again, where it is gone
}

func purges(t *testing.T, system string) {
	t.Helper()
	cmd := exec.Command("sh", "../../tools/release/debian/postrm", "purge")
	cmd.Env = append(os.Environ(), "DPKG_ROOT="+system)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
}
