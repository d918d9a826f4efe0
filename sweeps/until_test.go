package sweeps

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"eisweep/internal/until"
)

func TestSeedsOfUntil(t *testing.T) {
	const head = "name = 'x'\nexperiment = 'APPROXIMATE'\n"
	const rule = "[until]\nmeasure = 'cc_mean'\nhalf_width = 0.25\n"
	rule95 := func(width float64, least, most int) until.Rule {
		return until.Rule{HalfWidth: width, Level: 0.95, Min: least, Max: most}
	}
	for text, want := range map[string]struct {
		rule  until.Rule
		seeds []uint32
	}{
		head + rule + "max_seeds = 6":                         {rule95(0.25, 5, 6), []uint32{1, 2, 3, 4, 5, 6}},
		head + "seeds = [4, 9, 2]\n" + rule + "min_seeds = 2": {rule95(0.25, 2, 3), []uint32{4, 9, 2}},
		growing: {rule95(0.025, 2, 3), []uint32{9, 3, 5}},
		head + rule + "level = 0.5\nmin_seeds = 2\nmax_seeds = 2": {until.Rule{HalfWidth: 0.25, Level: 0.5, Min: 2, Max: 2}, []uint32{1, 2}},
	} {
		s := mustParse(t, text)
		if got, ok := s.Until(); !ok || got.Measure != "cc_mean" || got.Rule != want.rule || !slices.Equal(s.seeds, want.seeds) {
			t.Errorf("%s\n%+v with seeds %v, want %+v", text, got, s.seeds, want)
		}
	}
	if _, ok := mustParse(t, head).Until(); ok {
		t.Error("a sweep without [until] has one")
	}
}

func TestSeedsOfTheCommandLineAndUntil(t *testing.T) {
	s := mustParse(t, growing)
	given, err := s.With(Overrides{Seeds: []uint32{7, 6, 5, 4}})
	if err != nil {
		t.Fatal(err)
	}
	if u, _ := given.Until(); u.Max != 4 || !slices.Equal(given.seeds, []uint32{7, 6, 5, 4}) {
		t.Errorf("--seeds gives %v, limit %d", given.seeds, u.Max)
	}
	one, err := s.With(Overrides{Seeds: []uint32{7}})
	if err != nil {
		t.Fatal(err)
	}
	const few = "--seeds: until has min_seeds = 2, but there is only 1 seed"
	if _, err := one.Expand(t.Context(), nil); err == nil || !strings.Contains(err.Error(), few) {
		t.Errorf("too few seeds: %v", err)
	}
	var faults *Faults
	if _, err := s.With(Overrides{AddSeeds: []uint32{7}}); !errors.As(err, &faults) || !strings.Contains(err.Error(), "raise max_seeds") {
		t.Errorf("--add-seeds: %v", err)
	}
}

// TestPoints checks that all tasks of a point differ only by their seeds, which are in the order of the file.
func TestPoints(t *testing.T) {
	lib := vectorLibrary(t)
	perturb := mustParse(t, "name = 'p'\nexperiment = 'PERTURB'\nsource = 'trained'\n[axes]\nperturb.n_perturbed = [1, 2, 3]\n"+
		"[[exclude]]\nperturb.n_perturbed = 2\n[until]\nmeasure = 'influence_slope'\nhalf_width = 1\nmin_seeds = 2\nmax_seeds = 4\n")
	for _, s := range []*Sweep{mustParse(t, growing), perturb} {
		e := mustExpand(t, s, lib)
		points := map[int]Task{}
		for number, task := range e.Numbered() {
			point, seed := e.Point(number)
			if again := e.NumberOf(point, seed); again != number || task.Seed != s.seeds[seed] {
				t.Errorf("task %d is seed %d (%d) of point %d, which is task %d", number, seed, task.Seed, point, again)
			}
			first, ok := points[point]
			if !ok {
				points[point] = task
			} else if !slices.Equal(first.Varying, task.Varying) || first.Parameters != task.Parameters {
				t.Errorf("point %d is %v and %v", point, first.Varying, task.Varying)
			}
		}
		if len(points)*len(s.seeds) != e.Len() || len(points) != 2 {
			t.Errorf("%d points of %d tasks", len(points), e.Len())
		}
	}
}
