package measures

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// simulated runs a task, writes its result into a directory, and returns the file's path.
func simulated(t testing.TB, dir, name string, experiment sim.Experiment, source string, settings ...string) string {
	t.Helper()
	values, err := sim.ParseValues(strings.Join(settings, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	task := &sweeps.Task{ID: sweeps.ID{15: 1}, Experiment: experiment, Seed: 7, Parameters: sim.Resolve(experiment, values)}
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

// goldenFiles are results of the published program.
func goldenFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/golden/*.h5")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d golden files (%v)", len(files), err)
	}
	return files
}

// python runs the program that computes measures independently, and returns what it found out about each file.
func python(t testing.TB, paths ...string) []map[string]*float64 {
	t.Helper()
	program := exec.Command("/usr/bin/python3", append([]string{"testdata/measures.py"}, paths...)...)
	var problem bytes.Buffer
	program.Stderr = &problem
	text, err := program.Output()
	if err != nil {
		t.Fatalf("python (Debian: python3-h5py, python3-numpy, python3-scipy): %v\n%s", err, problem.String())
	}
	var out []map[string]*float64
	for in := json.NewDecoder(bytes.NewReader(text)); in.More(); {
		var values map[string]*float64
		if err := in.Decode(&values); err != nil {
			t.Fatal(err)
		}
		out = append(out, values)
	}
	return out
}
