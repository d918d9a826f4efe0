package results

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/sim"
	"eisweep/sweeps"
)

func golden(name string) string {
	return filepath.Join("..", "..", "testdata", "golden", name+".h5")
}

// goldenCases are the published results in the repository.
func goldenCases(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(golden("*"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d golden files (%v)", len(files), err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".h5")
	}
	return files
}

// likeGolden invents a result with the shapes of a golden case.
func likeGolden(t *testing.T, name string) (*sweeps.Task, *sim.Result) {
	t.Helper()
	text, err := os.ReadFile(strings.TrimSuffix(golden(name), ".h5") + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var told map[string]any
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	experiment := sim.Experiment(told["experiment"].(string))
	task := makeTask(experiment, goldenSettings(t, told)...)
	if experiment == sim.Perturb {
		return task, makePerturbation(task)
	}
	return task, likePublished(task)
}

func goldenSettings(t *testing.T, told map[string]any) []sim.Setting {
	var settings []sim.Setting
	for name, value := range told {
		known, err := sim.Lookup(name)
		if err != nil {
			continue // experiment, seed, source
		}
		if x, ok := value.(float64); ok && known.Kind == sim.Integer {
			value = int(math.Round(x))
		}
		v, err := known.Check(value)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		settings = append(settings, sim.Setting{Name: name, Value: v})
	}
	return settings
}

// likePublished invents a training's result without the arrays that it doesn't measure (docs/model.md#what-is-stored).
func likePublished(task *sweeps.Task) *sim.Result {
	r := makeTraining(task)
	pl, t := &task.Parameters.Pl, r.Training
	learnsIE := pl.IsPlastic == sim.Both || pl.IsPlastic == sim.Exc
	learnsEI := pl.IsPlastic == sim.Both || pl.IsPlastic == sim.Inh
	if !learnsIE || pl.EtaE == 0 || !pl.ComputeGradientAngles {
		t.AnglesIE = nil
	}
	if !learnsEI || pl.EtaI == 0 || !pl.ComputeGradientAngles {
		t.AnglesEI = nil
	}
	if pl.IsPlastic == sim.Neither {
		ne := task.Parameters.NE()
		t.Trials, t.Layers, t.CorrelationsEE = 1, 1, doubles(ne*ne)
		t.StepsToConverge, t.RecordingMu, t.MaxInhSynChange = make([]int32, task.Parameters.NStimuli()), make([]float32, 8), make([]float32, 2)
	}
	return r
}

// Published files have digests, too.
func TestDigestOfPublishedFiles(t *testing.T) {
	seen := map[string]string{}
	for _, name := range goldenCases(t) {
		digest, err := digestFile(golden(name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if other := seen[digest]; other != "" {
			t.Errorf("%s and %s have the same digest", name, other)
		}
		seen[digest] = name
	}
	for digest, name := range map[string]string{
		"1e20a41d6afc2aae68f14179d51ba7d1dd0eee446afd990bfcd608d70998a256": "perturb",
		"6326a38c30989bf71fd948d4c7a3ce3b2dd9f75d4426e5f59d657bef3008b650": "approximate_inh",
	} {
		if seen[digest] != name {
			t.Errorf("the digest of %s has changed", name)
		}
	}
}

// Wherever chunks end, together they are the array.
func TestArraysOfAllSizes(t *testing.T) {
	for _, dims := range [][]int{{1}, {chunkBytes/4 - 1}, {chunkBytes / 4}, {chunkBytes/4 + 1}, {3, 20_011}, {2, 1, 3, 17_000}, {5, 7, 1000}} {
		v := numbers(product(dims))
		got := make([]byte, 0, 4*len(v))
		shape := chunkShape(dims, 4)
		for b := range blocks(dims, shape) {
			if 4*product(shape) > chunkBytes || 4*b.start != len(got) {
				t.Fatalf("shape %v, chunks %v: block %+v after %d bytes", dims, shape, b, len(got))
			}
			part := make([]byte, 4*b.n)
			if err := v.encode(part, b.start); err != nil {
				t.Fatal(err)
			}
			got = append(got, part...)
		}
		want := make([]byte, 4*len(v))
		if err := v.encode(want, 0); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("shape %v: the blocks are not the array", dims)
		}
	}
}
