package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// python/tests compare the package with the program's tables and figures, and with the files.
func TestPythonPackage(t *testing.T) {
	program, err := exec.LookPath("eisweep")
	if err != nil {
		t.Fatal(err)
	}
	tests := exec.Command(
		pythonWith(t, "h5py", "numpy", "pandas", "tqdm"),
		"-B", "-W", "error::ResourceWarning", "-m", "unittest", "discover", "-s", "tests", "-t", ".",
	)
	tests.Dir, tests.Env = filepath.Join("..", "..", "python"), append(os.Environ(), "EISWEEP="+program, "HOME="+t.TempDir())
	if output, err := tests.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

func TestPythonPackageIsTyped(t *testing.T) {
	check := exec.Command(pythonWith(t, "mypy", "numpy"), "-B", "-m", "mypy", "--cache-dir", t.TempDir(), "eisweep")
	check.Dir = filepath.Join("..", "..", "python")
	if output, err := check.CombinedOutput(); err != nil {
		t.Errorf("mypy: %v\n%s", err, output)
	}
}
