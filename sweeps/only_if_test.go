package sweeps

import (
	"slices"
	"strings"
	"testing"

	"eisweep/sim"
)

const restricted = `
name = "restricted"
experiment = "APPROXIMATE"
seeds = [1, 2]
[axes]
pl.eta_e = [1, 2]
pl.is_plastic = ["NEITHER", "BOTH", "EXC"]
inp.n_stimuli = [4, 5]
[[together]]
pl.wie_decay = [1, 2]
pl.wei_decay = [3, 4]
[derive]
pl.eta_i = "2 * pl.wie_decay"
[[only_if]]
vary = ["pl.eta_e", "pl.wie_decay"]
pl.is_plastic = ["BOTH", "EXC"]
[[only_if]]
vary = "pl.wei_decay"
pl.eta_e = 2
inp.n_stimuli = 5
[[exclude]]
pl.is_plastic = "EXC"
pl.wie_decay = 1
`

// short are the names of the tasks of one seed without what all have in common.
func short(t *testing.T, s *Sweep) []string {
	t.Helper()
	var list []string
	for _, f := range files(mustExpand(t, s, nil)) {
		if name, ok := strings.CutSuffix(strings.TrimPrefix(f, "results~"), "~seed=1.h5"); ok {
			list = append(list, name)
		}
	}
	return list
}

func TestAxesVaryOnlyWhereTheirConditionsHold(t *testing.T) {
	s := mustParse(t, restricted)
	checkRoundTrip(t, s)
	checkTasks(t, s)
	want := []string{
		"pl.is_plastic=NEITHER~pl.eta_i=0.2~inp.n_stimuli=4",
		"pl.is_plastic=NEITHER~pl.eta_i=0.2~inp.n_stimuli=5",
		"pl.is_plastic=BOTH~pl.eta_e=1~pl.eta_i=0.2~inp.n_stimuli=4",
		"pl.is_plastic=BOTH~pl.eta_e=1~pl.eta_i=0.2~inp.n_stimuli=5",
		"pl.is_plastic=EXC~pl.eta_e=1~pl.eta_i=0.2~inp.n_stimuli=4",
		"pl.is_plastic=EXC~pl.eta_e=1~pl.eta_i=0.2~inp.n_stimuli=5",
		"pl.is_plastic=BOTH~pl.eta_e=2~pl.eta_i=0.2~inp.n_stimuli=4",
		"pl.is_plastic=BOTH~pl.eta_e=2~pl.eta_i=2~pl.wie_decay=1~pl.wei_decay=3~inp.n_stimuli=5",
		"pl.is_plastic=BOTH~pl.eta_e=2~pl.eta_i=4~pl.wie_decay=2~pl.wei_decay=4~inp.n_stimuli=5",
		"pl.is_plastic=EXC~pl.eta_e=2~pl.eta_i=0.2~inp.n_stimuli=4",
		"pl.is_plastic=EXC~pl.eta_e=2~pl.eta_i=4~pl.wie_decay=2~pl.wei_decay=4~inp.n_stimuli=5",
	}
	if got := short(t, s); !slices.Equal(got, want) {
		t.Errorf("tasks are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	e := mustExpand(t, s, nil)
	if e.Len() != 2*len(want) {
		t.Errorf("Len is %d", e.Len())
	}
	for number, task := range e.Numbered() {
		if again := e.At(number); again.ID != task.ID || again.File != task.File {
			t.Errorf("At(%d) is %s, want %s", number, again.File, task.File)
		}
	}
}

// TestOverridesAndConditions: an axis whose condition an override excludes is removed; a parameter that it sets is set everywhere.
func TestOverridesAndConditions(t *testing.T) {
	for set, want := range map[string][]string{
		"pl.is_plastic=NEITHER": {"pl.is_plastic=NEITHER~pl.eta_i=0.2~inp.n_stimuli=4", "pl.is_plastic=NEITHER~pl.eta_i=0.2~inp.n_stimuli=5"},
		"pl.eta_e=7": {
			"pl.is_plastic=NEITHER~pl.eta_e=7~pl.eta_i=0.2~inp.n_stimuli=4", "pl.is_plastic=NEITHER~pl.eta_e=7~pl.eta_i=0.2~inp.n_stimuli=5",
			"pl.is_plastic=BOTH~pl.eta_e=7~pl.eta_i=0.2~inp.n_stimuli=4", "pl.is_plastic=BOTH~pl.eta_e=7~pl.eta_i=0.2~inp.n_stimuli=5",
			"pl.is_plastic=EXC~pl.eta_e=7~pl.eta_i=0.2~inp.n_stimuli=4", "pl.is_plastic=EXC~pl.eta_e=7~pl.eta_i=0.2~inp.n_stimuli=5",
		},
	} {
		s, err := mustParse(t, restricted).With(Overrides{Settings: []sim.Setting{setting(t, set)}})
		if err != nil {
			t.Fatal(err)
		}
		checkRoundTrip(t, s)
		if got := short(t, s); !slices.Equal(got, want) {
			t.Errorf("%s: tasks are\n%s", set, strings.Join(got, "\n"))
		}
	}
}

// TestPerturbKeepsTheValueOfItsSource where an axis does not vary.
func TestPerturbKeepsTheValueOfItsSource(t *testing.T) {
	lib := &sweepsOnly{"train": mustParse(t, "name = 'train'\nexperiment = 'APPROXIMATE'\n[parameters]\nnumint.max_steps = 777\n"+
		"[axes]\npl.is_plastic = ['BOTH', 'EXC']\n")}
	s := mustParse(t, "name = 'x'\nexperiment = 'PERTURB'\nsource = 'train'\n[axes]\nperturb.n_perturbed = [1, 2]\n"+
		"numint.max_steps = [800, 900]\n"+
		"[[only_if]]\nvary = ['numint.max_steps']\npl.is_plastic = 'BOTH'\nperturb.n_perturbed = 2\n")
	var steps []int
	for task := range mustExpand(t, s, lib).All() {
		steps = append(steps, task.Parameters.Numint.MaxSteps)
		if Identify(&task) != task.ID {
			t.Errorf("%s has the id %s", task.File, task.ID)
		}
	}
	if !slices.Equal(steps, []int{777, 800, 900, 777, 777}) {
		t.Errorf("max_steps are %v", steps)
	}
}
