package sweeps

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"eisweep/sim"
)

const derived = `
name = "derived"
experiment = "APPROXIMATE"
seeds = [1, 2]
[parameters]
sy.e2e.w_total = 0.1
[axes]
pl.eta_e = [1e-5, 3e-5]
inp.n_stimuli = [5, 6]
[derive]
sy.e2i.w_total = "3 * sy.e2e.w_total"
pl.eta_i = "2 * pl.eta_e"
pl.wie_decay = "pl.eta_i / 4 + pl.wei_decay"
numint.n_trials = "round(inp.n_stimuli / 4) * 10"
`

// TestDerivedTasksAreThoseOfTheirValues: an id does not tell how a value was written.
func TestDerivedTasksAreThoseOfTheirValues(t *testing.T) {
	s := mustParse(t, derived)
	checkRoundTrip(t, s)
	checkTasks(t, s)
	written := mustParse(t, `
name = "written"
experiment = "APPROXIMATE"
seeds = [1, 2]
[parameters]
sy.e2e.w_total = 0.1
sy.e2i.w_total = 0.3
[[together]]
pl.eta_e = [1e-5, 3e-5]
pl.eta_i = [2e-5, 6e-5]
pl.wie_decay = [0.100005, 0.100015]
[[together]]
inp.n_stimuli = [5, 6]
numint.n_trials = [10, 20]
`)
	got, want := ids(t, s), ids(t, written)
	if len(got) != 8 || len(want) != 8 {
		t.Errorf("%d and %d tasks, want 8", len(got), len(want))
	}
	for id := range want {
		if !got[id] {
			t.Errorf("task %s is missing among %q", id, files(mustExpand(t, s, nil)))
		}
	}
	e := mustExpand(t, s, nil)
	for number, task := range e.Numbered() {
		if again := e.At(number); again.ID != task.ID || again.File != task.File {
			t.Errorf("At(%d) is %s, want %s", number, again.File, task.File)
		}
	}
	name := "results~numint.n_trials=10~sy.e2i.w_total=0.3~pl.eta_e=1e-05~pl.eta_i=2e-05~pl.wie_decay=0.100005~inp.n_stimuli=5~seed=1.h5"
	if first := files(e)[0]; first != name {
		t.Errorf("the first file is %s, want %s", first, name)
	}
}

// TestDerivedParametersInExclusions: a combination without a value may be dropped.
func TestDerivedParametersInExclusions(t *testing.T) {
	s := mustParse(t, `
name = "x"
experiment = "APPROXIMATE"
[axes]
pl.eta_e = [0, 1, 2, 4]
[derive]
pl.eta_i = "8 / pl.eta_e"
numint.n_trials = "10 * (pl.eta_e + 1)"
[[exclude]]
pl.eta_e = 0
[[exclude]]
pl.eta_i = [4, 5]
[[exclude]]
numint.every_n = 50
`)
	if got := fmt.Sprint(files(mustExpand(t, s, nil))); got != "[results~numint.n_trials=20~pl.eta_e=1~pl.eta_i=8~seed=1.h5]" {
		t.Errorf("files are %s", got)
	}
}

// TestOverridesReplaceExpressions, and expressions follow the overrides of what they use.
func TestOverridesReplaceExpressions(t *testing.T) {
	for set, want := range map[string]string{
		"pl.eta_e=5": "pl.eta_e=5~pl.eta_i=10~",
		"pl.eta_i=5": "pl.eta_e=1~pl.eta_i=5~",
	} {
		s, err := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\n[axes]\npl.eta_e = [1]\n[derive]\npl.eta_i = 'pl.eta_e * 2'\n").
			With(Overrides{Settings: []sim.Setting{setting(t, set)}})
		if err != nil {
			t.Fatal(err)
		}
		checkRoundTrip(t, s)
		if got := files(mustExpand(t, s, nil))[0]; !strings.Contains(got, want) {
			t.Errorf("%s: the file is %s", set, got)
		}
	}
}

// TestPerturbDerivesFromItsSource takes values of the network that it pushes.
func TestPerturbDerivesFromItsSource(t *testing.T) {
	lib := &sweepsOnly{"train": mustParse(t, "name = 'train'\nexperiment = 'APPROXIMATE'\n[axes]\npl.eta_e = [1, 2]\n")}
	s := mustParse(t, "name = 'x'\nexperiment = 'PERTURB'\nsource = 'train'\n[derive]\nperturb.size = 'pl.eta_e * 10'\n")
	want := "[results~pl.eta_e=1~perturb.size=10~seed=1.h5 results~pl.eta_e=2~perturb.size=20~seed=1.h5]"
	if got := fmt.Sprint(files(mustExpand(t, s, lib))); got != want {
		t.Errorf("files are %s, want %s", got, want)
	}
}

// TestWhatIsDerivedFromASample belongs to it, as `status` needs it.
func TestWhatIsDerivedFromASample(t *testing.T) {
	s := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\n[sample]\ncount = 2\npl.eta_e = { from = 1, to = 2 }\n[derive]\n"+
		"pl.eta_i = 'pl.wie_decay'\npl.wie_decay = '2 * pl.eta_e'\npl.rho0 = 'pl.wei_decay'\n")
	sample, _ := s.Sample()
	if got := fmt.Sprint(sample.Parameters, sample.Derived); got != "[pl.eta_e] [pl.wie_decay pl.eta_i]" {
		t.Errorf("the sample has %s", got)
	}
}

// TestDerivedTasksOnRecord: no version and no machine may compute other values.
func TestDerivedTasksOnRecord(t *testing.T) {
	s := mustParse(t, `
name = "x"
experiment = "APPROXIMATE"
[axes]
pl.eta_e = { from = 1e-6, to = 1e-4, count = 500, scale = "log" }
[derive]
pl.eta_i = "pl.eta_e ^ 1.3 * 7 + pl.eta_e / 3"
sy.e2i.w_total = "(1 + pl.eta_e * 1e4) ^ 0.37 - pl.eta_i ^ 0.5"
sy.i2e.w_total = "max(sy.e2i.w_total * 1.1, 2 ^ (pl.eta_e * 1e4)) ^ -2.5"
numint.n_trials = "round(1e7 * pl.eta_e) + 1"
`)
	hash := sha256.New()
	for task := range mustExpand(t, s, nil).All() {
		fmt.Fprintln(hash, task.ID)
	}
	if got, want := fmt.Sprintf("%x", hash.Sum(nil)[:8]), "1c661b54d9d04ebb"; got != want {
		t.Errorf("the hash of the ids is %s, want %s", got, want)
	}
}
