package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
)

// A sweep of networks so small that a test has many of them.
const sweepText = `name = "{name}"
experiment = "{experiment}"
seeds = {seeds}

[parameters]
ng.exc.n_per_axis = {size}
inp.n_stimuli = 3
numint.n_trials = {trials}
`

// sweepFile writes a sweep of so many seeds and trials; more is the rest of the file.
func sweepFile(t testing.TB, name string, seeds, size, trials int, more string) string {
	t.Helper()
	return trainingFile(t, "APPROXIMATE", name, seeds, size, trials, more)
}

// trainingFile writes such a sweep of another experiment.
func trainingFile(t testing.TB, experiment, name string, seeds, size, trials int, more string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".toml")
	write(t, path, sweepText+more, "{experiment}", experiment, "{name}", name, "{seeds}", fmt.Sprintf("{ first = 1, count = %d }", seeds),
		"{size}", fmt.Sprint(size), "{trials}", fmt.Sprint(trials))
	return path
}

// perturbFile writes a sweep that perturbs the networks of another.
func perturbFile(t testing.TB, name, source string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".toml")
	write(t, path, "name = \"{name}\"\nexperiment = \"PERTURB\"\nsource = \"{source}\"\n\n[parameters]\nperturb.n_perturbed = 2\n",
		"{name}", name, "{source}", source)
	return path
}
