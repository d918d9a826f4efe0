package catalog

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

// BenchmarkRead reads the manifests of a root with 100,000 results, in one sweep and in a thousand.
func BenchmarkRead(b *testing.B) {
	for _, c := range []struct{ sweeps, tasks int }{{1, 100_000}, {1_000, 100}} {
		b.Run(fmt.Sprintf("%d×%d", c.sweeps, c.tasks), func(b *testing.B) {
			r := largeRoot(b, c.sweeps, c.tasks)
			for b.Loop() {
				before := heap()
				x, err := Read(r)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(heap()-before)/float64(c.sweeps*c.tasks), "B/task")
				runtime.KeepAlive(x)
			}
		})
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// largeRoot has sweeps of so many tasks each, all of which are done by the manifests.
func largeRoot(b testing.TB, list, tasks int) *root.Root {
	b.Helper()
	r, err := root.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	at := time.Date(2026, 2, 3, 4, 5, 6, 789_000_000, time.UTC)
	for s := range list {
		name := fmt.Sprintf("sweep%d", s)
		if err := os.Mkdir(r.SweepDir(name), 0o700); err != nil {
			b.Fatal(err)
		}
		m, err := manifest.Open(r.Manifest(name))
		if err != nil {
			b.Fatal(err)
		}
		var lines []manifest.Line
		for i := range tasks {
			var id sweeps.ID
			binary.BigEndian.PutUint64(id[:], uint64(s*tasks+i+1)*0x9e3779b97f4a7c15)
			lines = append(lines, manifest.Line{
				ID: id, Sweep: name, Experiment: sim.Approximate, Seed: uint32(i), Parameters: sim.Values{{Name: "pl.is_plastic",
					Value: sim.ChoiceValue("BOTH")}, {Name: "pl.eta_e", Value: sim.RealValue(float64(i))}},
				State: manifest.Done, Run: 1, Attempt: 1, File: fmt.Sprintf("results~pl.eta_e=%d~pl.is_plastic=BOTH~seed=%d.h5", i, i),
				Digest: strings.Repeat("0123456789abcdef", 4), SHA256: strings.Repeat("0123456789abcdef", 4), Bytes: 123456, Modified: at,
				Started: at, Finished: at, Seconds: 59.211, Host: "node1", Worker: "node1/3", Version: "0.1.0", ModelVersion: 2,
			})
		}
		if err := m.Append(lines...); err != nil {
			b.Fatal(err)
		}
		if err := m.Close(); err != nil {
			b.Fatal(err)
		}
	}
	return r
}
