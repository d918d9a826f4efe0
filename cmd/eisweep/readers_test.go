package main_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/sim"
)

// TestPublishedReadersReadTheResults makes the four networks of the published run and their PERTURB files, at a small size, and has
// PyTables, h5py and pandas read all of them.
func TestPublishedReadersReadTheResults(t *testing.T) {
	python := pythonWith(t, "tables", "h5py", "pandas")
	root := t.TempDir()
	eisweep(t, "run", "approximate", "-n", "2", "-p", root, "--set", "ng.exc.n_per_axis=4", "--set", "inp.n_stimuli=6")
	eisweep(t, "run", "perturb", "-p", root, "--set", "perturb.n_perturbed=2")
	for _, name := range []string{"approximate", "perturb"} {
		if found := resultFiles(t, root, name); len(found) != 4 {
			t.Errorf("%s has %d result files, want 4: %v", name, len(found), found)
		}
	}
	told, err := exec.Command(python, "testdata/readers.py", filepath.Join(root, "approximate"),
		filepath.Join(root, "perturb")).CombinedOutput()
	if err != nil {
		t.Errorf("read the results in Python: %v\n%s", err, told)
	}
}

// TestResultsDontDependOnTheMachine runs each experiment, and a network of the published size, with one and four workers, on one and
// eight threads of Go's, by each kind of kernels that the machine has.
func TestResultsDontDependOnTheMachine(t *testing.T) {
	files := t.TempDir()
	var sweeps []string
	for _, experiment := range []string{"APPROXIMATE", "GRADIENT"} {
		name := strings.ToLower(experiment)
		sweeps = append(sweeps, writeFile(t, filepath.Join(files, name+".toml"), fmt.Sprintf(smallSweep, name, experiment)))
	}
	sweeps = append(sweeps, writeFile(t, filepath.Join(files, "perturb.toml"), smallPerturb),
		writeFile(t, filepath.Join(files, "large.toml"), largeSweep))

	kernels := sim.KernelChoices()
	want := digests(t, sweeps, 1, 1, kernels[0])
	if len(want) != 13 {
		t.Fatalf("%d tasks in the manifests, want 13", len(want))
	}
	for _, kernels := range kernels {
		if got := digests(t, sweeps, 4, 8, kernels); !maps.Equal(got, want) {
			t.Errorf("digests with 4 workers and GOMAXPROCS 8, by %s:\n%v\nwith 1 and 1:\n%v", kernels, got, want)
		}
	}
}

const smallSweep = `
name = %q
experiment = %q
seeds = [1, 2]
[parameters]
ng.exc.n_per_axis = 3
inp.n_stimuli = 4
numint.n_trials = 2
numint.max_steps = 200
[axes]
pl.is_plastic = ["BOTH", "EXC"]
`

const smallPerturb = `
name = "perturb"
experiment = "PERTURB"
source = "approximate"
[axes]
perturb.n_perturbed = [2]
`

// largeSweep has a network whose excitation is a convolution, for a few steps.
const largeSweep = `
name = "large"
experiment = "GRADIENT"
[parameters]
inp.n_stimuli = 7
numint.n_trials = 1
numint.max_steps = 3
pl.compute_gradient_angles = true
`

// digests runs the sweeps under a root of their own and gives each task's digest.
func digests(t *testing.T, sweeps []string, workers, threads int, kernels string) map[string]string {
	t.Helper()
	root := t.TempDir()
	command := exec.Command("eisweep", append([]string{"run", "-p", root, "--workers", fmt.Sprint(workers)}, sweeps...)...)
	command.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", threads), "EISWEEP_KERNELS="+kernels)
	if told, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, told)
	}
	found := map[string]string{}
	manifests, err := filepath.Glob(filepath.Join(root, "*", "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, manifest := range manifests {
		for line := range strings.Lines(readFile(t, manifest)) {
			var told struct{ ID, Digest string }
			if err := json.Unmarshal([]byte(line), &told); err != nil {
				t.Fatalf("read %s: %v", manifest, err)
			}
			found[told.ID] = told.Digest
		}
	}
	return found
}

// resultFiles lists the result files of a sweep.
func resultFiles(t *testing.T, root, sweep string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, sweep, "*.h5"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func onlyResult(t *testing.T, root, sweep string) string {
	t.Helper()
	found := resultFiles(t, root, sweep)
	if len(found) != 1 {
		t.Fatalf("sweep %s has the result files %v, want one", sweep, found)
	}
	return found[0]
}

// eisweep runs the program and wants it to succeed.
func eisweep(t *testing.T, arguments ...string) {
	t.Helper()
	if told, err := exec.Command("eisweep", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("eisweep %s: %v\n%s", strings.Join(arguments, " "), err, told)
	}
}

// pythonWith finds a Python that has the modules, Debian's first. Where there is none the test fails in CI and is skipped, by name,
// elsewhere.
func pythonWith(t *testing.T, modules ...string) string {
	t.Helper()
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import "+strings.Join(modules, ", ")).Run() == nil {
			return python
		}
	}
	missing := fmt.Sprintf("needs a Python 3 with %s (make setup-test)", strings.Join(modules, ", "))
	if os.Getenv("CI") == "true" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
