package sweeps

import (
	"fmt"
	"slices"
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
			for _, rest := range []string{"BOTH~pl.eta_e=1e-05~pl.eta_i=1e-05", "BOTH~pl.eta_e=3e-05~pl.eta_i=2e-05", "EXC~pl.eta_e=3e-05~pl.eta_i=2e-05"} {
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
		e, err := s.Expand(nil)
		if err != nil {
			b.Fatal(err)
		}
		for range e.All() {
		}
	}
}
