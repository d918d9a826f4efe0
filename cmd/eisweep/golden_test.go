package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// golden holds results of the published simulator, and agreement is the program that reads whether ours are the same.
const (
	golden    = "../../testdata/golden"
	agreement = "../../testdata/agree.py"
)

// published is where the golden files of the published size lie, which are too large to carry.
const published = "../../../shared/golden"

// TestGoldenCases runs every golden case from a sweep file through the queue to its HDF5 file, all in one run, and holds layout
// and values against the published simulator's.
func TestGoldenCases(t *testing.T) {
	names := slices.DeleteFunc(goldenNames(t, golden), ofPublishedSize)
	if len(names) != 22 {
		t.Fatalf("%d golden cases in %s, want 22", len(names), golden)
	}
	holdGolden(t, golden, names)
}

// TestGoldenCasesOfThePublishedSize takes many minutes, so it runs when asked to: make acceptance.
func TestGoldenCasesOfThePublishedSize(t *testing.T) {
	if os.Getenv("EISWEEP_ACCEPTANCE") != "1" {
		t.Skip("takes many minutes: make acceptance runs it")
	}
	names := slices.DeleteFunc(goldenNames(t, published), func(name string) bool { return !ofPublishedSize(name) })
	if len(names) == 0 {
		t.Fatalf("no golden cases of the published size in %s", published)
	}
	holdGolden(t, published, names)
}

func ofPublishedSize(name string) bool { return strings.HasPrefix(name, "default") }

// goldenNames lists the cases whose settings a directory holds.
func goldenNames(t *testing.T, directory string) []string {
	t.Helper()
	settings, err := filepath.Glob(filepath.Join(directory, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range settings {
		names = append(names, strings.TrimSuffix(filepath.Base(path), ".json"))
	}
	return names
}

// holdGolden runs the cases in one run and reports for each where its file is not the golden one's.
func holdGolden(t *testing.T, directory string, names []string) {
	python := pythonWith(t, "numpy", "tables")
	directory, err := filepath.Abs(directory)
	if err != nil {
		t.Fatal(err)
	}
	root, files := t.TempDir(), t.TempDir()
	arguments := []string{"run", "-p", root}
	for _, name := range names {
		arguments = append(arguments, writeGoldenSweep(t, files, directory, name))
	}
	eisweep(t, arguments...)

	pairs := []string{agreement}
	for _, name := range names {
		pairs = append(pairs, onlyResult(t, root, name), goldenFile(directory, name))
	}
	told, _ := exec.Command(python, pairs...).CombinedOutput()
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			for line := range strings.Lines(string(told)) {
				if difference, of := strings.CutPrefix(line, goldenFile(directory, name)+": "); of {
					t.Error(strings.TrimSpace(difference))
				}
			}
		})
	}
	if !t.Failed() && strings.TrimSpace(string(told)) != "agrees" {
		t.Errorf("the comparison ended oddly:\n%s", told)
	}
}

func goldenFile(directory, name string) string { return filepath.Join(directory, name+".h5") }

// writeGoldenSweep writes a case's settings as a sweep file: the network starts from the golden file's E→E weights, which depend on
// how the published simulator's sort treats ties; everything else is drawn from the seed.
func writeGoldenSweep(t *testing.T, files, directory, name string) string {
	t.Helper()
	settings := goldenSettings(t, filepath.Join(directory, name+".json"))
	var sweep strings.Builder
	fmt.Fprintf(&sweep, "name = %q\nexperiment = %q\nseeds = [%v]\n", name, settings["experiment"], settings["seed"])
	if source, perturb := settings["source"]; perturb {
		fmt.Fprintf(&sweep, "source = %q\n", goldenFile(directory, source.(string)))
	} else {
		fmt.Fprintf(&sweep, "initial_state = { file = %q, take = [\"wee\"] }\n", goldenFile(directory, name))
	}
	fmt.Fprint(&sweep, "\n[parameters]\n")
	for parameter, value := range settings {
		if strings.Contains(parameter, ".") {
			fmt.Fprintf(&sweep, "%s = %s\n", parameter, tomlValue(value))
		}
	}
	return writeFile(t, filepath.Join(files, name+".toml"), sweep.String())
}

// goldenSettings reads a case's experiment, seed and parameters, numbers as they are spelled.
func goldenSettings(t *testing.T, path string) (settings map[string]any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&settings); err != nil {
		t.Fatalf("read settings %s: %v", path, err)
	}
	return settings
}

// tomlValue writes a value of JSON as one of TOML; numbers go over as they are spelled.
func tomlValue(value any) string {
	if text, ok := value.(string); ok {
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprint(value)
}
