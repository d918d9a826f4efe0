package sweeps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func mustParse(t *testing.T, text string) *Sweep {
	t.Helper()
	s, err := Parse("test.toml", []byte(text))
	if err != nil {
		t.Fatalf("parse:\n%v", err)
	}
	return s
}

func files(e *Expansion) []string {
	var list []string
	for t := range e.All() {
		list = append(list, t.File)
	}
	return list
}

func TestOrderIsBySeedThenByAxes(t *testing.T) {
	e := mustExpand(t, mustParse(t, `
name = "order"
experiment = "APPROXIMATE"
seeds = [7, 3]
[axes]
sy.e2e.w_total = [1, 2]
pl.is_plastic = ["BOTH", "EXC"]
[[together]]
pl.eta_e = [1e-5, 3e-5]
pl.eta_i = [1e-5, 2e-5]
[[exclude]]
pl.is_plastic = "EXC"
pl.eta_e = 1e-5
`), nil)
	var want []string
	for _, seed := range []int{7, 3} {
		for _, w := range []int{1, 2} {
			for _, rest := range []string{"BOTH~pl.eta_e=1e-05~pl.eta_i=1e-05", "BOTH~pl.eta_e=3e-05~pl.eta_i=2e-05",
				"EXC~pl.eta_e=3e-05~pl.eta_i=2e-05"} {
				want = append(want, fmt.Sprintf("results~sy.e2e.w_total=%d~pl.is_plastic=%s~seed=%d.h5", w, rest, seed))
			}
		}
	}
	if got := files(e); !slices.Equal(got, want) {
		t.Errorf("files are\n%q\nwant\n%q", got, want)
	}
	if e.Len() != len(want) {
		t.Errorf("Len is %d, want %d", e.Len(), len(want))
	}
	if again := files(e); !slices.Equal(again, want) {
		t.Errorf("the second time the files are\n%q", again)
	}
}

func TestEveryIDIsThatOfTheTask(t *testing.T) {
	lib := &shelf{sweeps: map[string]*Sweep{"source": mustParse(t, `
name = "source"
experiment = "APPROXIMATE"
seeds = [1, 2]
[parameters]
inp.n_stimuli = 6
pl.rho0 = 2
numint.every_n = 10
[axes]
numint.n_trials = [10, 20]
inp.exc.bg_input = [5, 6]
perturb.size = [10]
`)}}
	sweeps := []*Sweep{lib.sweeps["source"], mustParse(t, `
name = "pushed"
experiment = "PERTURB"
source = "source"
seeds = [1, 9]
[axes]
inp.exc.bg_input = [5, 7]
perturb.size = [10, 20]
`)}
	for _, s := range sweeps {
		n := 0
		for task := range mustExpand(t, s, lib).All() {
			n++
			if id := Identify(&task); id != task.ID {
				t.Errorf("%s has the id %s, want %s", task.File, task.ID, id)
			}
		}
		if want := map[string]int{"source": 8, "pushed": 64}[s.name]; n != want {
			t.Errorf("%s has %d tasks, want %d", s.name, n, want)
		}
	}
}

const million = `
name = "million"
experiment = "APPROXIMATE"
seeds = { first = 1, count = %d }
[axes]
sy.e2e.w_total = { from = 1, to = 3, count = 25 }
pl.is_plastic = ["NEITHER", "BOTH", "EXC", "INH"]
pl.eta_e = { from = 1e-6, to = 1e-4, count = 100, scale = "log" }
`

func TestLargeSweep(t *testing.T) {
	e := mustExpand(t, mustParse(t, fmt.Sprintf(million, 10)), nil)
	n := 0
	for range e.All() {
		n++
	}
	if n != 100_000 || e.Len() != n {
		t.Errorf("%d tasks, Len %d, want 100000", n, e.Len())
	}
}

func BenchmarkMillionTasks(b *testing.B) {
	s, err := Parse("million.toml", fmt.Appendf(nil, million, 100))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		e, err := s.Expand(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		for range e.All() {
		}
	}
}

// What the sweep doesn't set has its default, for [[exclude]] too.
func TestExcludeByADefault(t *testing.T) {
	e := mustExpand(t, mustParse(t, `
name = "defaults"
experiment = "APPROXIMATE"
[axes]
pl.eta_e = [0, 1]
[[exclude]]
pl.eta_e = 0
pl.w_max = 100000
pl.bp_weights = [false, true]
`), nil)
	if got := files(e); !slices.Equal(got, []string{"results~pl.eta_e=1~seed=1.h5"}) {
		t.Errorf("files are %q", got)
	}
	for task := range e.All() {
		if task.Parameters.Pl.EtaE != 1 {
			t.Errorf("eta_e is %g", task.Parameters.Pl.EtaE)
		}
		break // an expansion may be left early
	}
}

func TestTooManyTasks(t *testing.T) {
	for _, text := range []string{
		"seeds = { first = 1, count = 4000001 }\n[axes]\npl.eta_e = [1, 2, 3]",
		"[axes]\npl.eta_e = { from = 1, to = 2, count = 4000 }\npl.eta_i = { from = 1, to = 2, count = 4000 }",
	} {
		_, err := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\n"+text).Expand(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), "too many tasks") {
			t.Errorf("%s: error is %v", text, err)
		}
	}
}

func TestExpandWithoutALibrary(t *testing.T) {
	for _, text := range []string{"experiment = 'PERTURB'\nsource = 'x'", "experiment = 'PERTURB'\nsource = '/x'",
		"experiment = 'APPROXIMATE'\ninitial_state = { file = 'x' }"} {
		_, err := mustParse(t, "name = 'x'\n"+text).Expand(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), errNoLibrary.Error()) {
			t.Errorf("%s: error is %v", text, err)
		}
	}
}

func TestInitialStateIsOneFileOfWeights(t *testing.T) {
	lib := &shelf{files: map[string][]ResultFile{"/two": {{NPerAxis: 8}, {NPerAxis: 8}}, "/empty": {{Path: "/empty"}}}}
	for file, want := range map[string]string{"/two": "contains 2 result files", "/empty": "contains no weights", "/none": "does not exist"} {
		_, err := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\ninitial_state = { file = '"+file+"' }").Expand(t.Context(), lib)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want %q", file, err, want)
		}
	}
}

// An expansion ends with its context, also one that drops every combination.
func TestExpandEndsWithItsContext(t *testing.T) {
	for name, text := range map[string]string{
		"tasks":    "seeds = { first = 1, count = 9_000_000 }",
		"excluded": "[axes]\nnumint.n_trials = { from = 1, to = 1_000_000, step = 1 }\n[[exclude]]\nnumint.n_trials = [1, 2]",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			asked := 0
			_, err := mustParse(t, "name = 'x'\nexperiment = 'APPROXIMATE'\n"+text).Expand(endingAfter{ctx, &asked, cancel}, nil)
			if !errors.Is(err, context.Canceled) || asked > 20 {
				t.Errorf("asked %d times: %v", asked, err)
			}
		})
	}
}

// endingAfter is a context that ends when it was asked ten times whether it has.
type endingAfter struct {
	context.Context
	asked *int
	end   func()
}

func (c endingAfter) Err() error {
	if *c.asked++; *c.asked == 10 {
		c.end()
	}
	return c.Context.Err()
}
