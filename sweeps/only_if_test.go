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

const dependsOnItself = `
name = "fz"
experiment = "APPROXIMATE"
[axes]
numint.n_trials = [2, 3]
[[only_if]]
vary = "numint.n_trials"
numint.every_n = 1
`

// TestOverridesRemoveAxesThatNeverVary: so does a chain of conditions, or one on the parameter that numint.every_n follows.
func TestOverridesRemoveAxesThatNeverVary(t *testing.T) {
	s := mustParse(t, `
name = "chain"
experiment = "APPROXIMATE"
[axes]
numint.n_trials = [2, 4]
pl.eta_e = [1, 2]
pl.eta_i = [1, 2]
[[only_if]]
vary = "pl.eta_e"
numint.every_n = 2
[[only_if]]
vary = "pl.eta_i"
pl.eta_e = 2
[[exclude]]
numint.every_n = 2
pl.eta_e = 1
`)
	if got := len(short(t, s)); got != 3 {
		t.Errorf("there are %d tasks", got)
	}
	for set, want := range map[string]string{
		"numint.n_trials=8": "numint.n_trials=8",
		"numint.every_n=1":  "numint.n_trials=2~numint.every_n=1 numint.n_trials=4~numint.every_n=1",
		"pl.eta_e=5":        "numint.n_trials=2~pl.eta_e=5 numint.n_trials=4~pl.eta_e=5",
	} {
		c := with(t, s, Overrides{Settings: []sim.Setting{setting(t, set)}})
		checkRoundTrip(t, c)
		if got := strings.Join(short(t, c), " "); got != want {
			t.Errorf("%s: tasks are %s, want %s", set, got, want)
		}
	}
}

// TestOverrideThatRemovesTheAxisOfEveryN makes numint.every_n follow an axis whose condition it is.
func TestOverrideThatRemovesTheAxisOfEveryN(t *testing.T) {
	s := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\n[axes]\nnumint.n_trials = [1, 2]\nnumint.every_n = [1, 2]\n"+
		"pl.is_plastic = ['BOTH', 'EXC']\n[[only_if]]\nvary = 'numint.every_n'\npl.is_plastic = 'BOTH'\n"+
		"[[only_if]]\nvary = 'numint.n_trials'\nnumint.every_n = 1\n")
	c := with(t, s, Overrides{Settings: []sim.Setting{setting(t, "pl.is_plastic=EXC")}})
	checkRoundTrip(t, c)
	if got := short(t, c); !slices.Equal(got, []string{"pl.is_plastic=EXC"}) {
		t.Errorf("tasks are %q", got)
	}
}

// TestOverridesKeepContradictions: a setting removes no axis that never varies without it.
func TestOverridesKeepContradictions(t *testing.T) {
	s := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\n[axes]\npl.eta_e = [1, 2]\npl.is_plastic = ['BOTH', 'EXC']\n"+
		"[[only_if]]\nvary = 'pl.eta_e'\npl.is_plastic = 'BOTH'\n[[only_if]]\nvary = 'pl.eta_e'\npl.is_plastic = 'EXC'\n")
	_, err := s.With(Overrides{Settings: []sim.Setting{setting(t, "pl.rho0=2")}})
	if err == nil || !strings.Contains(err.Error(), "test.toml:9:1:") {
		t.Errorf("error is %v", err)
	}
}

// TestAxesThatDependOnAllEarlierOnes has 2^30 paths from the last axis to the first one.
func TestAxesThatDependOnAllEarlierOnes(t *testing.T) {
	var names []string
	for _, p := range sim.Table() {
		if p.Kind == sim.Real && p.ReadBy(sim.Approximate) && len(names) < 30 {
			names = append(names, p.Name)
		}
	}
	var b strings.Builder
	b.WriteString("name = 'x'\nexperiment = 'APPROXIMATE'\n[axes]\n")
	for _, name := range names {
		b.WriteString(name + " = [0.5]\n")
	}
	for i := range names[1:] {
		b.WriteString("[[only_if]]\nvary = '" + names[i+1] + "'\n")
		for _, name := range names[:i+1] {
			b.WriteString(name + " = 0.5\n")
		}
	}
	if _, err := Parse("x", []byte(b.String())); err != nil {
		t.Error(err)
	}
}
