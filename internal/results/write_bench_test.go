package results

import (
	"os"
	"path/filepath"
	"testing"

	"eisweep/sim"
)

// BenchmarkWriteTraining writes a result of the published size.
func BenchmarkWriteTraining(b *testing.B) {
	task := makeTask(sim.Approximate)
	benchmarkWrite(b, example{"training", task, makeTraining(task)})
}

// BenchmarkWriteSmall writes a result of a small network, where attributes take longer than values.
func BenchmarkWriteSmall(b *testing.B) {
	benchmarkWrite(b, examples()[0])
}

// BenchmarkWritePerturbation writes a PERTURB result of twelve neurons at the published size, which is written chunk by
// chunk.
func BenchmarkWritePerturbation(b *testing.B) {
	task := makeTask(sim.Perturb, sim.Setting{Name: "perturb.n_perturbed", Value: sim.IntegerValue(12)})
	benchmarkWrite(b, example{"perturbation", task, makePerturbation(task)})
}

func benchmarkWrite(b *testing.B, e example) {
	path := filepath.Join(b.TempDir(), "results.h5")
	nodes, err := layout(e.task, e.result)
	if err != nil {
		b.Fatal(err)
	}
	size := 0
	for i := range nodes {
		size += nodes[i].bytes()
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		if _, err := Write(b.Context(), path, e.task, e.result); err != nil {
			b.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			b.Fatal(err)
		}
	}
}
