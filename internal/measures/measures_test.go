package measures

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"eisweep/internal/resultstest"
	"eisweep/sim"
)

// ownFiles are results of this program: of both trainings, of one without plasticity, of unsettled and silent networks, and
// perturbations.
func ownFiles(t testing.TB) []string {
	dir := t.TempDir()
	small := []string{"ng.exc.n_per_axis=3", "inp.n_stimuli=4"}
	with := func(settings ...string) []string { return append(slices.Clone(small), settings...) }
	simulated := func(name string, e sim.Experiment, source string, settings ...string) string {
		return resultstest.Simulated(t, dir, name, 7, e, source, settings...)
	}
	both := simulated("both", sim.Approximate, "", with("numint.n_trials=3", "numint.every_n=3", "pl.is_plastic=BOTH")...)
	return []string{
		both,
		simulated("exc", sim.Approximate, "", with("numint.n_trials=2", "numint.every_n=1", "pl.is_plastic=EXC")...),
		simulated("neither", sim.Approximate, "", with("pl.is_plastic=NEITHER")...),
		simulated("gradient", sim.Gradient, "", with("numint.n_trials=2", "numint.every_n=2", "pl.compute_gradient_angles=true")...),
		simulated("unsettled", sim.Approximate, "", with("numint.n_trials=2", "numint.every_n=2", "numint.max_steps=250")...),
		simulated("aborted", sim.Approximate, "", with("numint.n_trials=2", "numint.every_n=2", "numint.max_steps=250",
			"numint.do_abort=true")...),
		simulated("silent", sim.Approximate, "", with("numint.n_trials=1", "inp.exc.bg_input=0", "sy.i2e.w_total=20")...),
		simulated("coarse", sim.Approximate, "", "ng.exc.n_per_axis=2", "inp.n_stimuli=1", "numint.n_trials=1"),
		simulated("perturb", sim.Perturb, both, with("perturb.n_perturbed=5")...),
		simulated("all", sim.Perturb, both, with("perturb.n_perturbed=27")...),
	}
}

// collected are the values of files.
func collected(t testing.TB, paths []string) []Values {
	t.Helper()
	out, files := make([]Values, len(paths)), make([]File, len(paths))
	for i, path := range paths {
		files[i].Path = path
	}
	err := Collect(t.Context(), resultstest.Prober(t), files, func(i int, f Found) error {
		if out[i] = f.Values; f.Err != nil || f.Bytes == 0 || f.Info.NPerAxis < 2 {
			t.Errorf("%s: %+v", paths[i], f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Each measure of each file is what Python computes from the file's arrays, to 1e-9 of its size.
func TestMeasuresArePythons(t *testing.T) {
	paths := append(ownFiles(t), goldenFiles(t)...)
	want, known := python(t, paths...), map[string]int{}
	for i, values := range collected(t, paths) {
		if len(values) != len(want[i]) || len(values) != len(All()) {
			t.Fatalf("%s: %d values, Python has %d and All %d", paths[i], len(values), len(want[i]), len(All()))
		}
		for k, m := range All() {
			if problem := compareMeasure(values[k], want[i][m.Name]); problem != "" {
				t.Errorf("%s: %s %s", paths[i], m.Name, problem)
			}
			if !math.IsNaN(values[k]) {
				known[m.Name]++
			}
		}
	}
	for _, m := range All() {
		if known[m.Name] < 3 {
			t.Errorf("only %d files have %s", known[m.Name], m.Name)
		}
	}
}

func compareMeasure(got float64, want *float64) string {
	switch {
	case want == nil && math.IsNaN(got):
		return ""
	case want == nil:
		return fmt.Sprintf("is %v, want none", got)
	case math.Abs(got-*want) <= 1e-9*math.Abs(*want):
		return ""
	default:
		return fmt.Sprintf("is %v, want %v", got, *want)
	}
}

// index is the place of a measure in All and in Values.
func index(name string) int {
	return slices.IndexFunc(All(), func(m Measure) bool { return m.Name == name })
}

func TestMeasuresAreDescribed(t *testing.T) {
	for i, m := range All() {
		if index(m.Name) != i || m.Unit == "" || m.Definition == "" || m.Source == "" {
			t.Errorf("%+v", m)
		}
	}
}
