package estimate

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"eisweep/sim"
	"eisweep/sweeps"
)

// goldenTask reads the settings of a golden case.
func goldenTask(t *testing.T, path string) *sweeps.Task {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var values map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&values); err != nil {
		t.Fatal(err)
	}
	x := sim.Experiment(values["experiment"].(string))
	var settings []sim.Setting
	for name, value := range values {
		p, err := sim.Lookup(name)
		if err != nil {
			continue // experiment, seed, source
		}
		text, _ := json.Marshal(value)
		v, err := p.Parse(strings.Trim(string(text), `"`))
		if err != nil {
			t.Fatalf("%s: %s: %v", path, name, err)
		}
		settings = append(settings, sim.Setting{Name: name, Value: v})
	}
	return &sweeps.Task{Experiment: x, Seed: 1, Parameters: sim.Resolve(x, settings)}
}

// TestBytesAreOfTheRightSize holds the estimate against the golden files.
func TestBytesAreOfTheRightSize(t *testing.T) {
	files, err := filepath.Glob("../../testdata/golden/*.h5")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d golden files: %v", len(files), err)
	}
	for _, file := range files {
		stat, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		task := goldenTask(t, strings.TrimSuffix(file, ".h5")+".json")
		ratio := float64(Bytes(task.Experiment, &task.Parameters)) / float64(stat.Size())
		if ratio < 0.5 || ratio > 2 {
			t.Errorf("%s: estimated %d bytes, has %d", file, Bytes(task.Experiment, &task.Parameters), stat.Size())
		}
	}
}

// tally is that of one small task of each kind.
func tally(copies int) *Tally {
	var t Tally
	for range copies {
		for _, x := range sim.Experiments() {
			p := sim.Defaults(x)
			p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Numint.NTrials, p.Numint.EveryN, p.Perturb.NPerturbed = 2, 3, 2, 2, 2
			t.Add(&sweeps.Task{Experiment: x, Parameters: p})
		}
	}
	return &t
}

func TestTallySums(t *testing.T) {
	one, many := tally(1), tally(1000)
	if one.Tasks != 3 || many.Tasks != 3000 || many.Bytes != 1000*one.Bytes || one.Bytes == 0 {
		t.Errorf("%d tasks and %d bytes, %d and %d", one.Tasks, one.Bytes, many.Tasks, many.Bytes)
	}
	for g, s := range many.groups {
		if o := one.groups[g]; s.learned != 1000*o.learned || s.responses != 1000*o.responses {
			t.Errorf("%v: %+v of %+v", g, s, o)
		}
	}
	if s := one.groups[groupOf(sim.Approximate, &one.groups[group{sim.Approximate, 2, true, true}].sample)]; s.learned != 54 || s.responses != 54 {
		t.Errorf("%d stimuli to learn from and %d to respond to, want 54 and 54", s.learned, s.responses)
	}
}

// TestCPU holds that every kind of task can be measured, and that what there was no
// time to measure is scaled rather than left out.
func TestCPU(t *testing.T) {
	many := tally(1000)
	for g, s := range many.groups {
		p, err := measure(t.Context(), g.experiment, s.sample, time.Minute)
		if err != nil || p.response <= 0 || (g.trains && p.learned <= 0) {
			t.Errorf("%v: prices %+v, %v", g, p, err)
		}
	}
	if cpu := many.CPU(t.Context(), time.Nanosecond); cpu <= 0 {
		t.Errorf("%v s without time to measure more than one kind", cpu)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if cpu := many.CPU(stopped, time.Minute); cpu != 0 {
		t.Errorf("%v s though nothing was measured", cpu)
	}
	if cpu := new(Tally).CPU(t.Context(), time.Second); cpu != 0 {
		t.Errorf("%v s for no tasks", cpu)
	}
}
