package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheNotebookRunsWithTheWheel runs the notebook in docs/ where nothing of eisweep is installed but the wheel and the program. The
// namespaces of these tests have no network.
func TestTheNotebookRunsWithTheWheel(t *testing.T) {
	needs(t, namespaceErr)
	needsPython(t)
	dir := t.TempDir()
	if err := command("../../tools/release/wheel", "v1.2.0-rc.1", "1700000000", dir); err != nil {
		t.Fatal(err)
	}
	run := exec.Command(wheelInstalled(t, filepath.Join(dir, "eisweep-1.2.0rc1-py3-none-any.whl")),
		"-B", "../../tools/notebook.py", "--check", "../../docs/from-sweep-to-figure.ipynb")
	run.Env = append(os.Environ(), "PATH="+filepath.Dir(built(t, plain))+":"+os.Getenv("PATH"), "PYTHONPATH=", "EISWEEP=")
	if said, err := run.CombinedOutput(); err != nil {
		t.Errorf("%v; `make notebook` stores what the notebook prints now\n%s", err, said)
	}
}

// wheelInstalled is the interpreter of a fresh virtual environment that sees Debian's packages and has a wheel. pip does not check what the
// wheel depends on, because it does not recognize Debian's h5py.
func wheelInstalled(t *testing.T, wheel string) string {
	t.Helper()
	dir := t.TempDir()
	python := filepath.Join(dir, "bin", "python")
	if err := command("/usr/bin/python3", "-m", "venv", "--system-site-packages", dir); err != nil {
		t.Fatal(err)
	}
	if err := command(python, "-m", "pip", "--isolated", "install", "--no-index", "--no-deps", wheel); err != nil {
		t.Fatal(err)
	}
	return python
}

// TestPythonVersionsAreThoseOfThePrograms wants versions in the form of PEP 440, in the same order.
func TestPythonVersionsAreThoseOfThePrograms(t *testing.T) {
	needsPython(t)
	versions := [][2]string{
		{"0012345", "0+g0012345"},
		{"abc1234-dirty", "0+gabc1234.dirty"},
		{"unknown", "0+unknown"},
		{"v1.2.0-alpha.2", "1.2.0a2"},
		{"v1.2.0-rc.1", "1.2.0rc1"},
		{"v1.2.0-rc.1-3-gabc1234-dirty", "1.2.0rc1+3.gabc1234.dirty"},
		{"v1.2.0", "1.2.0"},
		{"v1.2.0-3-gabc1234", "1.2.0+3.gabc1234"},
		{"v1.2.1", "1.2.1"},
	}
	var want []string
	for _, v := range versions {
		setup := exec.Command("/usr/bin/python3", "-B", "setup.py", "--quiet", "--version")
		setup.Dir, setup.Env = "../../python", append(os.Environ(), "EISWEEP_VERSION="+v[0])
		said, err := setup.Output()
		if got := strings.TrimSpace(string(said)); err != nil || got != v[1] {
			t.Errorf("%s: %q (%v), want %s", v[0], got, err, v[1])
		}
		want = append(want, v[1])
	}
	const sorted = "import sys; from pkg_resources import parse_version as v; print(*sorted(sys.argv[1:], key=v))"
	said, err := exec.Command("/usr/bin/python3", append([]string{"-c", sorted}, want...)...).Output()
	if got := strings.Fields(string(said)); err != nil || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("Python sorts versions as %q (%v), want %q", got, err, want)
	}
}

// needsPython wants Debian's Python with what builds, installs and runs the package and the notebook.
func needsPython(t *testing.T) {
	t.Helper()
	const missing = "import sys; from importlib.util import find_spec; sys.exit(' '.join(m for m in sys.argv[1:] if not find_spec(m)) or None)"
	modules := []string{"ensurepip", "h5py", "ipykernel", "nbclient", "pandas", "pip", "setuptools", "tqdm", "venv", "wheel"}
	if err := command("/usr/bin/python3", append([]string{"-c", missing}, modules...)...); err != nil {
		needs(t, fmt.Errorf("install the modules that Python lacks (tools/setup e2e does): %w", err))
	}
}
