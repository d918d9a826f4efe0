package trials

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheUnitsThatShip has systemd read the units as it would on an operator's machine, and judge their sandboxes.
func TestTheUnitsThatShip(t *testing.T) {
	needsPrograms(t, map[string]string{"systemd-analyze": "systemd"})
	units, err := filepath.Glob("../deploy/systemd/*.service")
	if err != nil || len(units) != 2 {
		t.Fatalf("units: %q, %v", units, err)
	}
	dir := t.TempDir()
	var there []string
	for _, unit := range units {
		text := contents(unit)
		if strings.Count(text, "/usr/bin/eisweep ") != 1 {
			t.Errorf("%s doesn't start /usr/bin/eisweep", unit)
		}
		path := filepath.Join(dir, filepath.Base(unit))
		write(t, path, text, "/usr/bin/eisweep", built(t, plain))
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		there = append(there, path)
	}
	if said, err := exec.Command("systemd-analyze", append([]string{"verify", "--man=no"}, there...)...).CombinedOutput(); err != nil || len(said) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, said)
	}
	for _, path := range there {
		said, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", path).CombinedOutput()
		if err != nil {
			t.Errorf("%s is exposed by more than 2.0: %v\n%s", filepath.Base(path), err, said)
		}
	}
}
