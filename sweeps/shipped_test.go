package sweeps

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"eisweep/sweeps/shipped"
)

// shippedTasks is how many tasks each shipped sweep has.
var shippedTasks = map[string]int{
	"approximate": 4, "gradient": 4, "perturb": 4, "seeds": 20, "weights": 40, "quick": 4, "quick-perturb": 4,
}

func readShipped(t *testing.T, name string) *Sweep {
	t.Helper()
	content, err := shipped.Read(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(name+".toml", content)
	if err != nil {
		t.Fatalf("parse %s:\n%v", name, err)
	}
	return s
}

func TestShippedSweepsExpand(t *testing.T) {
	lib := &shelf{sweeps: map[string]*Sweep{"approximate": readShipped(t, "approximate"), "quick": readShipped(t, "quick")}}
	if len(shipped.Names()) != len(shippedTasks) {
		t.Errorf("shipped are %v, the test knows %d", shipped.Names(), len(shippedTasks))
	}
	for _, name := range shipped.Names() {
		s := readShipped(t, name)
		e, err := s.Expand(t.Context(), lib)
		if err != nil {
			t.Errorf("expand %s:\n%v", name, err)
			continue
		}
		if e.Len() != shippedTasks[name] {
			t.Errorf("%s has %d tasks, want %d", name, e.Len(), shippedTasks[name])
		}
		if s.Name() != name {
			t.Errorf("%s.toml is named %s", name, s.Name())
		}
		if content, _ := shipped.Read(name); !strings.HasPrefix(string(content), "# ") {
			t.Errorf("%s.toml doesn't open with what it is for", name)
		}
	}
}

func TestUnknownNameListsWhatThereIs(t *testing.T) {
	_, err := shipped.Read("aproximate")
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "approximate, gradient") {
		t.Errorf("error is %v", err)
	}
}

// The same point is the same task, whichever shipped sweep has it.
func TestSeedsSharesTasksWithApproximate(t *testing.T) {
	have := map[ID]bool{}
	for task := range mustExpand(t, readShipped(t, "seeds"), nil).All() {
		have[task.ID] = true
	}
	shared := 0
	for task := range mustExpand(t, readShipped(t, "approximate"), nil).All() {
		if have[task.ID] {
			shared++
		}
	}
	if shared != 2 {
		t.Errorf("%d tasks are shared, want NEITHER and BOTH of seed 1", shared)
	}
}

func mustExpand(t *testing.T, s *Sweep, lib Library) *Expansion {
	t.Helper()
	e, err := s.Expand(t.Context(), lib)
	if err != nil {
		t.Fatalf("expand %s:\n%v", s.Name(), err)
	}
	return e
}
