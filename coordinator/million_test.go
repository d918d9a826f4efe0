package coordinator

import (
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"eisweep/internal/control"
)

const million = `
name = "million"
experiment = "APPROXIMATE"
seeds = { first = 1, count = 1000 }
[parameters]
ng.exc.n_per_axis = 2
[axes]
sy.e2e.w_total = { from = 1.0, to = 3.0, count = 50 }
pl.eta_e = { from = 1e-6, to = 1e-4, count = 20, scale = "log" }
`

// TestAMillionTasks holds the memory that a coordinator of a million tasks takes, its
// server's included, to 1 GiB, through everything that can be done to them. It tells
// the times that this takes.
func TestAMillionTasks(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a million tasks take too long under the race detector")
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(900 << 20)) // or garbage is let lie beyond it
	g := newRig(t)
	g.patience = 10 * time.Minute
	k := g.serve()
	timed := func(what string, f func()) {
		begun := time.Now()
		f()
		t.Logf("%s: %.2f s, %d MiB", what, time.Since(begun).Seconds(), peak(t))
	}
	launch := control.Launch{Sweeps: []control.SweepFile{file(million)}}
	timed("launch", func() { told[control.Plan](g, control.VerbLaunch, launch) })
	timed("snapshot", func() {
		if s := told[control.Snapshot](g, control.VerbSnapshot, control.Nothing{}).Sweeps[0]; s.Queued != 1_000_000 {
			t.Errorf("snapshot %+v", s)
		}
	})
	timed("ten tasks behind them", func() {
		told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(twoByTwo)}, Priority: 1})
		d, attempt := g.next("two")
		g.hand(d, attempt)
	})
	timed("restart", func() { g.end(); k = g.serve() })
	if s := k.Snapshot().Sweeps[0]; s.Queued != 1_000_000 {
		t.Errorf("restored %+v", s)
	}
	timed("launch again, with half of it queued", func() {
		half := strings.Replace(million, "count = 1000 }", "count = 500 }", 1)
		told[control.Plan](g, control.VerbLaunch, control.Launch{Sweeps: []control.SweepFile{file(half)}})
	})
	timed("launch again whole", func() { told[control.Plan](g, control.VerbLaunch, launch) })
	timed("cancel", func() {
		if s := told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"million"}}).Sweeps[0]; s.Removed != 1_000_000 {
			t.Errorf("cancelled %+v", s)
		}
	})
	if n := peak(t); n > 1024 {
		t.Errorf("%d MiB, want at most 1024", n)
	}
}

// peak is the most memory that this process had so far, in MiB.
func peak(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s*(\d+) kB`).FindSubmatch(text)
	if m == nil {
		t.Fatalf("no VmHWM in %s", text)
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n >> 10
}
