package e2e

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
	units, err := filepath.Glob("../../deploy/systemd/*.service")
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
	if said, err := exec.Command(
		"systemd-analyze",
		append([]string{"verify", "--man=no"}, there...)...).CombinedOutput(); err != nil ||
		len(said) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, said)
	}
	for _, path := range there {
		exposed(t, path)
	}
	// A drop-in lets the coordinator do more.
	if err := os.Mkdir(there[0]+".d", 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(there[0]+".d", "share-group.conf"), contents("../../deploy/systemd/share-group.conf"))
	for _, need := range []string{"PrivateUsers=", "RestrictSUIDSGID=", "SystemCallFilter=~@privileged"} {
		if said := exposed(t, there[0]); !strings.Contains(said, "\u2717 "+need) {
			t.Errorf("share-group.conf changes nothing of %s:\n%s", need, said)
		}
	}
}

// exposed wants a unit to be exposed by 2.0 at most, and returns what systemd says of it.
func exposed(t *testing.T, unit string) string {
	t.Helper()
	said, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit).CombinedOutput()
	if err != nil {
		t.Errorf("%s is exposed by more than 2.0: %v\n%s", filepath.Base(unit), err, said)
	}
	return string(said)
}

// TestUnitsAreStartedAgainAfterACrash holds the units against the exit codes: only those that a later start would end with as well
// keep systemd from it, and what Go's runtime ends with is none of them.
func TestUnitsAreStartedAgainAfterACrash(t *testing.T) {
	for unit, prevented := range map[string]string{"eisweep-coordinator.service": "2 6", "eisweep-worker@.service": "2"} {
		text := "\n" + contents(filepath.Join("../../deploy/systemd", unit))
		for _, line := range []string{"Restart=on-failure", "RestartPreventExitStatus=" + prevented, "Environment=GOTRACEBACK=crash",
			"LimitCORE=0"} {
			if !strings.Contains(text, "\n"+line+"\n") {
				t.Errorf("%s lacks %s", unit, line)
			}
		}
	}
}
