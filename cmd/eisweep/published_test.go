package main_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// refused runs the program and wants it to find the input bad, and say why.
func refused(t *testing.T, why string, arguments ...string) {
	t.Helper()
	told, err := exec.Command("eisweep", arguments...).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(told), why) {
		t.Errorf("eisweep %s: %v, want exit code 2 and %q:\n%s", strings.Join(arguments, " "), err, why, told)
	}
}

// TestPublishedFoldersAreSources runs PERTURB on a directory as the published program
// leaves it, under the root.
func TestPublishedFoldersAreSources(t *testing.T) {
	root := t.TempDir()
	directory := filepath.Join(root, "2021-05-04-13h02m01s_20trials_approx")
	if err := os.Mkdir(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"both", "neither"} {
		writeFile(t, filepath.Join(directory, "results~pl.is_plastic="+strings.ToUpper(name)+".h5"),
			readFile(t, goldenFile(golden, "approximate_"+name)))
	}
	run := []string{"run", "-p", root, "-e", "PERTURB", "--set", "perturb.n_perturbed=2"}
	refused(t, filepath.Base(directory), run...)
	refused(t, "seed", append(run, "--source", directory)...)
	eisweep(t, append(run, "--source", directory, "--seeds", "1")...)
	found := resultFiles(t, root, "perturb")
	if len(found) != 2 || !strings.Contains(found[0], "pl.is_plastic=BOTH") || !strings.Contains(found[1], "pl.is_plastic=NEITHER") {
		t.Errorf("results %v", found)
	}
	eisweep(t, "show", filepath.Join(directory, "results~pl.is_plastic=BOTH.h5"))
	// What it was made with can't be compared with anything.
	refused(t, "sy.e2e.p", "run", "-p", root, "--source", directory, "--seeds", "1", writeFile(t, filepath.Join(root, "set.toml"),
		"name = \"set\"\nexperiment = \"PERTURB\"\nsource = \"x\"\n[parameters]\nsy.e2e.p = 0.5\n"))
}

const errorOnly = `
import sys, tables
with tables.open_file(sys.argv[1], "w") as f:
    atom = tables.VLUnicodeAtom()
    for name, text in {"error_msg": "ValueError: it went wrong", "stdout": "Trial 1", "stderr": " "}.items():
        f.create_vlarray("/", name, atom).append(text)
`

// TestFilesThatHoldNoNetworkAreRefused tries a published file that tells of an
// exception, one that is cut off, a PERTURB result, and one of another size.
func TestFilesThatHoldNoNetworkAreRefused(t *testing.T) {
	python := pythonWith(t, "tables")
	dir := t.TempDir()
	failed := filepath.Join(dir, "failed.h5")
	if told, err := exec.Command(python, "-c", errorOnly, failed).CombinedOutput(); err != nil {
		t.Fatalf("write a file in Python: %v\n%s", err, told)
	}
	whole := readFile(t, goldenFile(golden, "approximate_both"))
	cut := writeFile(t, filepath.Join(dir, "cut.h5"), whole[:len(whole)/2])
	root := filepath.Join(dir, "root")
	run := []string{"run", "-p", root, "-e", "PERTURB", "--seeds", "1", "--source"}
	refused(t, "holds only an error_msg", append(run, failed)...)
	refused(t, "not a result file", append(run, cut)...)
	refused(t, "no trained network", append(run, goldenFile(golden, "perturb"))...)
	refused(t, "ng.exc.n_per_axis", append(run, goldenFile(golden, "approximate_both"), "--set", "ng.exc.n_per_axis=7")...)
	if _, err := os.Stat(root); err == nil {
		t.Error("a refused run made the root")
	}
	start := writeFile(
		t,
		filepath.Join(dir, "start.toml"),
		"name = \"start\"\nexperiment = \"APPROXIMATE\"\nseeds = [1]\ninitial_state = { file = \"cut.h5\", take = [\"wee\"] }\n",
	)
	refused(t, "cut.h5", "run", "-p", root, start)
}
