package main_test

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"
)

// Every suspect is marked for the right reasons, and nothing sound is, as Python counts from arrays and log.
func TestSuspectsAreThoseThatPythonCounts(t *testing.T) {
	python, root := pythonWith(t, "h5py", "numpy"), t.TempDir()
	eisweep(t, "run", filepath.Join("testdata", "regimes.toml"), "-p", root)
	tasks, err := exec.Command("eisweep", "tasks", "regimes", "--json", "-p", root).Output()
	if err != nil {
		t.Fatal(err)
	}
	check := exec.Command(python, "-B", filepath.Join("testdata", "quality.py"), filepath.Join(root, "regimes"))
	check.Stdin = bytes.NewReader(tasks)
	told, err := check.CombinedOutput()
	if want := "24 results, 20 suspect: nan saturated silent stopped unsettled\n"; err != nil || string(told) != want {
		t.Errorf("%s (%v), want %s", told, err, want)
	}
}
