package measures

import (
	"math"
	"slices"
	"testing"

	"eisweep/internal/resultstest"
	"eisweep/sim"
	"eisweep/sweeps"
)

// TestNamesInSweepFiles: sweep files name the measures that results of their experiment can have.
func TestNamesInSweepFiles(t *testing.T) {
	dir := t.TempDir()
	settings := []string{"ng.exc.n_per_axis=3", "inp.n_stimuli=4", "numint.n_trials=2", "perturb.n_perturbed=3"}
	trained := resultstest.Simulated(t, dir, "trained", 1, sim.Approximate, "", settings...)
	perturbed := resultstest.Simulated(t, dir, "perturbed", 1, sim.Perturb, trained, settings...)
	var all []string
	for path, experiment := range map[string]sim.Experiment{trained: sim.Approximate, perturbed: sim.Perturb} {
		names := sweeps.MeasureNames(experiment)
		all = append(all, names...)
		err := Collect(t.Context(), resultstest.Prober(t), []File{{Path: path}}, func(_ int, f Found) error {
			for i, m := range All() {
				if has := f.Err == nil && !math.IsNaN(f.Values[i]); has != slices.Contains(names, m.Name) {
					t.Errorf("%s has %s: %v (%v)", experiment, m.Name, has, f.Err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var known []string
	for _, m := range All() {
		known = append(known, m.Name)
	}
	slices.Sort(known)
	slices.Sort(all)
	if all = slices.Compact(all); !slices.Equal(all, known) {
		t.Errorf("sweep files may name %q, the measures are %q", all, known)
	}
}
