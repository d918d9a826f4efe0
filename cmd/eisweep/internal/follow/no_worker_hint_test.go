package follow

import (
	"testing"
	"time"

	"eisweep/internal/control"
)

// While tasks are left to run and no worker reports, follow looks for workers from time to time, until it has said that there
// are none.
func TestWorkersAreLookedForWhileNobodyIsAtWork(t *testing.T) {
	var x NoWorkerHint
	begin := time.Unix(1e9, 0)
	open := func(running, silent, queued int) *control.Snapshot {
		return &control.Snapshot{Sweeps: []control.SweepState{
			{Status: control.Finished}, {Status: control.Open, Progress: control.Progress{Running: running, Silent: silent, Pending: queued}},
		}}
	}
	for _, c := range []struct {
		what  string
		s     *control.Snapshot
		after time.Duration
		told  string
		asks  bool
	}{
		{"nothing is left", open(0, 0, 0), 0, "", false},
		{"one is queued", open(0, 0, 1), 0, "", true},
		{"soon after", open(0, 0, 1), noWorkerInterval / 2, "", false},
		{"later", open(0, 0, 1), noWorkerInterval, "", true},
		{"told", open(0, 0, 1), 3 * noWorkerInterval, "there is none", false},
		{"one is at work", open(2, 1, 1), 3 * noWorkerInterval, "there is none", false},
		{"it falls silent", open(2, 2, 1), 3 * noWorkerInterval, "", true},
		{"paused", &control.Snapshot{Sweeps: []control.SweepState{{Status: control.Paused, Progress: control.Progress{Pending: 3}}}},
			9 * noWorkerInterval, "", false},
	} {
		if c.told != "" {
			x.shown = c.told
		}
		if got := x.IsDue(c.s, begin.Add(c.after)); got != c.asks {
			t.Errorf("%s: %t", c.what, got)
		}
	}
}
