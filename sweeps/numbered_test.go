package sweeps

import (
	"reflect"
	"testing"

	"eisweep/sim"
)

// TestTasksAreMadeAgainByTheirNumbers compares every task that At creates with the one
// of the walk, for sweeps with exclusions, replacements and sources.
func TestTasksAreMadeAgainByTheirNumbers(t *testing.T) {
	training := `
name = "train"
experiment = "APPROXIMATE"
seeds = [3, 1, 2]
[parameters]
numint.n_trials = 5
[axes]
pl.is_plastic = ["NEITHER", "BOTH", "EXC"]
sy.e2e.w_total = [1.0, 2.0]
[[exclude]]
pl.is_plastic = "BOTH"
sy.e2e.w_total = 2.0
`
	trained := mustParse(t, training)
	replaced, err := trained.Replace(
		Replacement{Tasks: []ID{firstTask(t, trained, nil).ID}, Settings: []sim.Setting{setting(t, "numint.max_steps=3000")}},
	)
	if err != nil {
		t.Fatal(err)
	}
	lib := &sweepsOnly{"train": trained}
	for name, s := range map[string]*Sweep{
		"training": trained,
		"replaced": replaced,
		"perturb":  mustParse(t, "name = \"push\"\nexperiment = \"PERTURB\"\nsource = \"train\"\n[axes]\nperturb.n_perturbed = [1, 2]\n"),
		"own seeds": mustParse(t, "name = \"push\"\nexperiment = \"PERTURB\"\nsource = \"train\"\nseeds = [7, 8]\n"+
			"[source_where]\npl.is_plastic = \"EXC\"\n"),
	} {
		t.Run(name, func(t *testing.T) {
			e, err := s.Expand(t.Context(), lib)
			if err != nil {
				t.Fatal(err)
			}
			n, last := 0, -1
			for number, task := range e.Numbered() {
				if number <= last {
					t.Fatalf("number %d after %d", number, last)
				}
				n, last = n+1, number
				if again := e.At(number); !reflect.DeepEqual(again, task) {
					t.Fatalf("task %d is %+v, then %+v", number, task, again)
				}
			}
			if n != e.Len() {
				t.Errorf("%d tasks of %d", n, e.Len())
			}
		})
	}
}

// sweepsOnly is a library of sweeps without files.
type sweepsOnly map[string]*Sweep

func (l sweepsOnly) Sweep(name string) (*Sweep, error)  { return l[name], nil }
func (sweepsOnly) Results(string) ([]ResultFile, error) { return nil, errNoLibrary }

func firstTask(t *testing.T, s *Sweep, lib Library) Task {
	t.Helper()
	e, err := s.Expand(t.Context(), lib)
	if err != nil {
		t.Fatal(err)
	}
	for task := range e.All() {
		return task
	}
	t.Fatal("no task")
	return Task{}
}
