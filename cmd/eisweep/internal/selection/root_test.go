package selection

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
)

// TestAHomeThatNoShellExpanded is of a ~ in quotes, or in a file of variables.
func TestAHomeThatNoShellExpanded(t *testing.T) {
	home, here := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Chdir(here)
	for given, want := range map[string]string{
		"~": home, "~/": home, "~/a/b": filepath.Join(home, "a/b"), "./~": filepath.Join(here, "~"), "a/~": filepath.Join(here, "a/~"),
		"/a~": "/a~",
	} {
		for _, by := range []string{"--path", "EISWEEP_ROOT"} {
			var c Root
			e := &cli.Env{Getenv: func(string) string { return given }}
			if by == "--path" {
				c.dir = given
			}
			if path, from, err := c.Path(e); err != nil || path != want || from != by {
				t.Errorf("%s %s: %s (%s), %v", by, given, path, from, err)
			}
		}
	}
	for _, refused := range []string{"~root", "~root/a", "~~"} {
		_, _, err := (&Root{dir: refused}).Path(&cli.Env{})
		if cli.ExitCode(err) != cli.ExitInput {
			t.Errorf("%s: %v", refused, err)
		}
	}
	long := strings.Repeat("x/", 60_000)
	if _, _, err := (&Root{dir: long}).Path(&cli.Env{}); cli.ExitCode(err) != cli.ExitInput || len(err.Error()) > 1000 {
		t.Errorf("a path that is too long: %.1100v", err)
	}
	t.Setenv("HOME", "")
	if _, _, err := (&Root{dir: "~/a"}).Path(&cli.Env{}); cli.ExitCode(err) != cli.ExitInput {
		t.Errorf("without a home: %v", err)
	}
	if found, err := os.ReadDir(here); err != nil || len(found) != 0 {
		t.Errorf("it made %v, %v", found, err)
	}
}
