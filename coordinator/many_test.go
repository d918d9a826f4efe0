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

// A thousand tasks a seed.
const many = `
name = "many"
experiment = "APPROXIMATE"
seeds = { first = 1, count = SEEDS }
[parameters]
ng.exc.n_per_axis = 2
[axes]
sy.e2e.w_total = { from = 1.0, to = 3.0, count = 50 }
pl.eta_e = { from = 1e-6, to = 1e-4, count = 20, scale = "log" }
`

// TestManyTasks holds the memory that a coordinator of 200,000 tasks takes, its
// server's included, through everything that can be done to them, and tells the times
// that this takes. With EISWEEP_ACCEPTANCE=1 there are a million, for 1 GiB.
func TestManyTasks(t *testing.T) {
	seeds, most := 200, 384
	if os.Getenv("EISWEEP_ACCEPTANCE") == "1" {
		seeds, most = 1000, 1024
	}
	tasks := 1000 * seeds
	of := func(seeds int) control.SweepFile { return file(strings.Replace(many, "SEEDS", strconv.Itoa(seeds), 1)) }
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(int64(most) << 20 * 7 / 8)) // or garbage is let lie beyond it
	g := newRig(t)
	g.patience = 10 * time.Minute
	k := g.serve()
	timed := func(what string, f func()) {
		begun := time.Now()
		f()
		t.Logf("%s: %.2f s, %d MiB", what, time.Since(begun).Seconds(), peak(t))
	}
	launch := control.LaunchRequest{Sweeps: []control.SweepFile{of(seeds)}}
	timed("launch", func() { told[control.Plan](g, control.VerbLaunch, launch) })
	timed("snapshot", func() {
		if s := told[control.Snapshot](g, control.VerbSnapshot, control.Nothing{}).Sweeps[0]; s.Pending != tasks {
			t.Errorf("snapshot %+v", s)
		}
	})
	timed("ten tasks behind them", func() {
		told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}, Priority: 1})
		g.hand(g.next("two"))
	})
	timed("restart", func() { g.end(); k = g.serve() })
	if s := k.Snapshot().Sweeps[0]; s.Pending != tasks {
		t.Errorf("restored %+v", s)
	}
	timed("launch again, with half of it queued", func() {
		told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{of(seeds / 2)}})
	})
	timed("launch again whole", func() { told[control.Plan](g, control.VerbLaunch, launch) })
	timed("cancel", func() {
		if s := told[control.Steered](g, control.VerbCancel, control.Steer{Sweeps: []string{"many"}}).Sweeps[0]; s.Removed != tasks {
			t.Errorf("cancelled %+v", s)
		}
	})
	if n := peak(t); n > most {
		t.Errorf("%d MiB, want at most %d", n, most)
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
