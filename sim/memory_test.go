package sim

import (
	"runtime"
	"testing"
)

// TestTrainingOfThePublishedSizeIsSmall bounds what a training with 500 trials
// keeps: at the first stimulus, when it trains, and while it is measured.
func TestTrainingOfThePublishedSizeIsSmall(t *testing.T) {
	const most = 160 << 20
	p := Defaults(Approximate)
	p.Pl.ConvergenceMax, p.Pl.ConvergenceMean = 1e9, 1e9 // ends after the second trial
	before := heap()
	s, err := New(&Task{Experiment: Approximate, Seed: 1, Parameters: p})
	if err != nil {
		t.Fatal(err)
	}
	phase := ""
	for done := false; !done; {
		if done, err = s.Step(); err != nil {
			t.Fatal(err)
		}
		if now := s.Progress().Phase; now != phase || done {
			phase = now
			if kept := heap() - before; kept > most {
				t.Errorf("%s: %d MiB are kept", phase, kept>>20)
			}
		}
	}
	runtime.KeepAlive(s.Result())
}

// heap is how many bytes are in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
