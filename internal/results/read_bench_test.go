package results

import (
	"testing"

	"eisweep/internal/results/h5"
	"eisweep/sim"
)

// BenchmarkReadSource reads the trained network of a result of the published size.
func BenchmarkReadSource(b *testing.B) {
	path := publishedSize(b)
	for b.Loop() {
		if _, err := ReadSource(b.Context(), path); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDigest reads every array and attribute of a result of the published size.
func BenchmarkDigest(b *testing.B) {
	path := publishedSize(b)
	for b.Loop() {
		if _, err := digestFile(path); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDigestSmall is BenchmarkDigest of a small network, where opening costs more than reading.
func BenchmarkDigestSmall(b *testing.B) {
	path, _ := trained(b)
	for b.Loop() {
		if _, err := digestFile(path); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadLog reads a log of 5,000 lines.
func BenchmarkReadLog(b *testing.B) {
	task := trainingTask()
	r := makeTraining(task)
	for range 5000 {
		r.Log = append(r.Log, "Trial 1 of 2, stimulus 17: 285 steps, largest change 3.1e-5")
	}
	path, _ := written(b, task, r)
	for b.Loop() {
		if err := readLog(path); err != nil {
			b.Fatal(err)
		}
	}
}

func readLog(path string) error {
	var f *h5.File
	f, err := openResult(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.ReadLines("/stdout")
	return err
}

func publishedSize(b *testing.B) string {
	b.Helper()
	task := makeTask(sim.Approximate)
	path, _ := written(b, task, makeTraining(task))
	return path
}
