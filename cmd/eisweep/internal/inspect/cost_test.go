package inspect

import (
	"os"
	"testing"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// The cost counts failed runs, repeated runs and running attempts, but not linked results, superseded files, or a line that verify
// wrote again.
func TestCostOfASweep(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(r.SweepDir("s"), 0o755); err != nil {
		t.Fatal(err)
	}
	w, err := manifest.Open(r.Manifest("s"))
	if err != nil {
		t.Fatal(err)
	}
	line := func(id byte, run int, state manifest.State, seconds float64, bytes int64) manifest.Line {
		l := manifest.Line{ID: sweeps.ID{id}, Sweep: "s", Run: run, State: state, Seconds: seconds, Bytes: bytes,
			Finished: time.Now()}
		if state != manifest.Failed {
			l.File = "f.h5"
		}
		return l
	}
	linked := line(4, 1, manifest.Done, 1000, 7)
	linked.ReusedFrom = "other"
	err = w.Append(line(1, 1, manifest.Failed, 2, 0), line(1, 2, manifest.Done, 4, 100), line(1, 2, manifest.Done, 4, 100),
		line(2, 1, manifest.Done, 6, 50), line(3, 1, manifest.Done, 8, 30), line(3, 1, manifest.Superseded, 8, 30), linked)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	running := []control.RunningTask{
		{Sweep: "s", Since: now.Add(-3 * time.Second)},
		{Sweep: "s", ID: sweeps.ID{2}, Since: now.Add(-time.Minute)}, // whose line is newer than this list
		{Sweep: "other", Since: now.Add(-time.Hour)},
	}
	c, err := ReadCost(r, "s", running, now)
	if err != nil {
		t.Fatal(err)
	}
	if c.Spent != 2+4+6+8+3 || c.PerTask == nil || *c.PerTask != 5 || c.Bytes != 157 {
		t.Errorf("cost %+v", c)
	}
	if got, want := c.Text(), "23 s spent, 5.0 s per task, 157 bytes"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
