package measures

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"eisweep/internal/results"
	"eisweep/internal/resultstest"
)

// change is what Python does to the open file f, a copy of a golden file.
type change struct{ golden, do string }

// changed makes the changes, each to a file of its own.
func changed(t *testing.T, changes ...change) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	program := `
import h5py, numpy, shutil
def replace(name, value):
    del f[name]
    f[name] = value
`
	for i, c := range changes {
		paths = append(paths, filepath.Join(dir, fmt.Sprint(i, ".h5")))
		program += fmt.Sprintf("shutil.copyfile('../../testdata/golden/%s.h5', %q)\n", c.golden, paths[i])
		program += fmt.Sprintf("with h5py.File(%q, 'a') as f:\n    %s\n", paths[i], c.do)
	}
	if out, err := exec.Command("/usr/bin/python3", "-c", program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return paths
}

// foundIn is what Collect finds out about files.
func foundIn(t *testing.T, paths []string) []Found {
	t.Helper()
	files, out := make([]File, len(paths)), make([]Found, len(paths))
	for i, path := range paths {
		files[i].Path = path
	}
	err := Collect(t.Context(), resultstest.Prober(t), files, func(i int, f Found) error {
		out[i] = f
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// An array of another shape or type than results have is an error that names it.
func TestArraysOfAnotherFormAreRefused(t *testing.T) {
	var changes []change
	var want []string
	for _, c := range [][3]string{
		{"approximate_both", `replace("sim_state/wei", numpy.zeros((64, 9), "f4"))`, "/sim_state/wei is float32 of shape [64 9]"},
		{"approximate_both", `replace("raw_data/steps_to_converge", numpy.zeros(216, "i4"))`, "/raw_data/steps_to_converge"},
		{"approximate_both", `replace("computed/responses_exc", numpy.zeros((6, 6, 6, 64)))`, "responses_exc is float64, not float32"},
		{"approximate_both", `replace("computed/cc", numpy.array(["a"] * 64, "S1"))`, "/computed/cc is another type"},
		{"perturb", `replace("raw_data/rate_change", numpy.zeros((8, 6, 64), "f4"))`, "rate_change has shape [8 6 64]"},
		{"perturb", `replace("raw_data/perturbed", numpy.arange(7))`, "/raw_data/rate_change"},
		{"perturb", `replace("raw_data/all_correlations", f["raw_data/all_correlations"][...].astype("f8"))`,
			"all_correlations is not of the type of rate_change"},
	} {
		changes, want = append(changes, change{c[0], c[1]}), append(want, c[2])
	}
	for i, got := range foundIn(t, changed(t, changes...)) {
		if !errors.Is(got.Err, results.ErrNotResult) || !strings.Contains(got.Err.Error(), want[i]) || got.Values != nil {
			t.Errorf("%s: %v, want an error that says %q", changes[i].do, got.Err, want[i])
		}
	}
}

// Without an array, the measures that need it are NaN, and no others.
func TestMissingArraysAreNaN(t *testing.T) {
	without := map[string][]string{
		"computed/responses_inh":     {"rate_i_mean", "rate_i_median", "rate_i_max"},
		"computed/cp":                {"cc_insignificant"},
		"computed/cc":                {"cc_median", "cc_mean", "cc_insignificant"},
		"raw_data/angles_ie":         {"angle_ie_median"},
		"sim_state/zie":              {"wie_sim_r", "wei_wie_r"},
		"sim_state/wei_init":         {"wei_change"},
		"raw_data/steps_to_converge": {"steps_min", "steps_mean", "steps_max", "steps_total", "angle_ie_median", "angle_ei_median"},
	}
	arrays := slices.Sorted(maps.Keys(without))
	var changes []change
	for _, array := range arrays {
		changes = append(changes, change{"approximate_both", `del f["` + array + `"]`})
	}
	for i, got := range foundIn(t, changed(t, changes...)) {
		if got.Err != nil {
			t.Fatal(got.Err)
		}
		for k, m := range All() {
			missing := slices.Contains(without[arrays[i]], m.Name) || strings.HasPrefix(m.Name, "influence")
			if math.IsNaN(got.Values[k]) != missing {
				t.Errorf("without %s: %s is %v", arrays[i], m.Name, got.Values[k])
			}
		}
	}
}

// A pushed neuron that there is not is nobody's own change.
func TestUnknownPushedNeuron(t *testing.T) {
	got := foundIn(t, changed(t, change{"perturb", `f["raw_data/perturbed"][...] = 1_000_000`}))[0]
	if got.Err != nil {
		t.Fatal(got.Err)
	}
	all, others := got.Values[index("influence_slope")], got.Values[index("influence_slope_others")]
	if math.IsNaN(all) || all != others {
		t.Errorf("slopes %v and %v", all, others)
	}
}
