package figures

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"eisweep/internal/results"
	"eisweep/internal/resultstest"
	"eisweep/sim"
)

// labelled is a file and the label of its group.
type labelled struct{ label, path string }

// selection is what a figure is drawn from.
type selection struct {
	by    string
	files []labelled
	brief bool // read without detail, as networks of many groups are
}

// detailed reports whether each group has a single network, which is read in detail.
func (s selection) detailed() bool {
	seen := map[string]bool{}
	for _, f := range s.files {
		if seen[f.label] {
			return false
		}
		seen[f.label] = true
	}
	return !s.brief
}

// small are settings of networks that are trained in a moment.
func small(more ...string) []string {
	return append([]string{"ng.exc.n_per_axis=3", "inp.n_stimuli=4", "numint.n_trials=3", "numint.every_n=3"}, more...)
}

// networks are results of trainings and perturbations: three seeds of two kinds of training.
func networks(t testing.TB) (trained, pushed selection) {
	dir := t.TempDir()
	trained.by, pushed.by = "pl.is_plastic", "pl.is_plastic"
	for _, label := range []string{"BOTH", "EXC"} {
		for seed := range uint32(3) {
			name := fmt.Sprintf("%s-%d", label, seed+1)
			path := resultstest.Simulated(t, dir, name, seed+1, sim.Approximate, "", small("pl.is_plastic="+label)...)
			trained.files = append(trained.files, labelled{label, path})
			path = resultstest.Simulated(t, dir, "pushed-"+name, seed+1, sim.Perturb, path,
				"ng.exc.n_per_axis=3", "inp.n_stimuli=4", "perturb.n_perturbed=5")
			pushed.files = append(pushed.files, labelled{label, path})
		}
	}
	return trained, pushed
}

// first is the first file of each group.
func (s selection) first() selection {
	out := selection{by: s.by}
	for i, f := range s.files {
		if i == 0 || f.label != s.files[i-1].label {
			out.files = append(out.files, f)
		}
	}
	return out
}

// one is the first file alone.
func (s selection) one() selection { return selection{files: s.files[:1]} }

// read reads what a figure needs.
func (s selection) read(t testing.TB, f *Figure) *Set {
	t.Helper()
	var paths []string
	for _, file := range s.files {
		paths = append(paths, file.path)
	}
	data := make([]Data, len(paths))
	err := resultstest.Prober(t).Ask(t.Context(), Query(), f.Argument(s.detailed()), paths, func(i int, a results.Answer) error {
		if a.Err != nil {
			return a.Err
		}
		var err error
		data[i], err = Decode(a.Bytes)
		return err
	})
	if err != nil {
		t.Fatal(errors.Join(fmt.Errorf("%s", f.Name), err))
	}
	set := &Set{By: s.by, Detailed: s.detailed()}
	for i, file := range s.files {
		label := file.label
		if s.by == "" {
			label = ""
		}
		if n := len(set.Groups); n == 0 || set.Groups[n-1].Label != label {
			set.Groups = append(set.Groups, Group{Label: label, Color: n})
		}
		g := &set.Groups[len(set.Groups)-1]
		g.Networks = append(g.Networks, Network{Name: filepath.Base(file.path), Data: data[i]})
	}
	return set
}
