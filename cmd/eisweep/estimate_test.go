package main_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"eisweep/internal/estimate"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// goldenTask reads the settings of a golden case.
func goldenTask(t *testing.T, path string) *sweeps.Task {
	t.Helper()
	values := goldenSettings(t, path)
	x := sim.Experiment(values["experiment"].(string))
	var settings []sim.Setting
	for name, value := range values {
		p, err := sim.Lookup(name)
		if err != nil {
			continue // experiment, seed, source
		}
		v, err := p.Parse(fmt.Sprint(value))
		if err != nil {
			t.Fatalf("%s: %s: %v", path, name, err)
		}
		settings = append(settings, sim.Setting{Name: name, Value: v})
	}
	return &sweeps.Task{Experiment: x, Seed: 1, Parameters: sim.Resolve(x, settings)}
}

// TestBytesAreOfTheRightSize holds the estimate against results of the golden cases' tasks.
func TestBytesAreOfTheRightSize(t *testing.T) {
	cases, err := filepath.Glob(golden + "/*.json")
	if err != nil || len(cases) < 20 {
		t.Fatalf("%d golden cases: %v", len(cases), err)
	}
	for _, name := range cases {
		task := goldenTask(t, name)
		if !task.Experiment.Trains() || task.Parameters.NE() > 216 {
			continue // its network is another's result; or it takes many seconds
		}
		size := resultSize(t, task)
		if ratio := float64(estimate.Bytes(task.Experiment, &task.Parameters)) / float64(size); ratio < 0.85 ||
			ratio > 1.75 { // rates that blow up leave NaN
			t.Errorf("%s: estimated %d bytes, has %d", name, estimate.Bytes(task.Experiment, &task.Parameters), size)
		}
	}
}

// resultSize runs a task and returns how large its result is, on the disk.
func resultSize(t *testing.T, task *sweeps.Task) int64 {
	t.Helper()
	s, err := sim.New(&sim.Task{Experiment: task.Experiment, Seed: task.Seed, Parameters: task.Parameters})
	if err == nil {
		err = s.Run(t.Context(), func(sim.Progress) {})
	}
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := results.Write(t.Context(), filepath.Join(t.TempDir(), "result.h5"), task, s.Result())
	if err != nil {
		t.Fatal(err)
	}
	return receipt.Bytes
}
