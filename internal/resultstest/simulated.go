package resultstest

import (
	"path/filepath"
	"strings"
	"testing"

	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Simulated runs a task, writes its result into a directory as name.h5, and returns the file's path. The source is the result file
// that PERTURB starts from; "" for none. Settings are NAME=VALUE.
func Simulated(t testing.TB, dir, name string, seed uint32, experiment sim.Experiment, source string, settings ...string) string {
	t.Helper()
	values, err := sim.ParseValues(strings.Join(settings, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	task := &sweeps.Task{ID: sweeps.ID{15: 1}, Experiment: experiment, Seed: seed, Parameters: sim.Resolve(experiment, values)}
	work := &sim.Task{Experiment: experiment, Seed: task.Seed, Parameters: task.Parameters}
	if source != "" {
		task.Source = &sweeps.Input{Task: sweeps.ID{15: 2}}
		if work.Source, err = results.ReadSource(t.Context(), source); err != nil {
			t.Fatal(err)
		}
	}
	s, err := sim.New(work)
	if err == nil {
		err = s.Run(t.Context(), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name+".h5")
	if _, err := results.Write(t.Context(), path, task, s.Result()); err != nil {
		t.Fatal(err)
	}
	return path
}
