package e2e

import (
	"sync"
	"syscall"
	"testing"
)

// disturbedSweep is what is disturbed in several tests, so that what it comes to undisturbed is computed once.
func disturbedSweep(t testing.TB) string { return sweepFile(t, "steady", 16, 4, 200, "") }

var disturbedOnce sync.Once
var disturbedDigests digests

func disturbedWant(t testing.TB) digests {
	t.Helper()
	disturbedOnce.Do(func() { disturbedDigests = undisturbed(t, disturbedSweep(t))["steady"] })
	if len(disturbedDigests) != 16 {
		t.Fatalf("an undisturbed run has %d results, want 16", len(disturbedDigests))
	}
	return disturbedDigests
}

// TestWorkersComeAndGo has ten workers leave in the middle of their tasks, by TERM and by kill -9, and the coordinator
// stop and crash.
func TestWorkersComeAndGo(t *testing.T) {
	want := disturbedWant(t)
	at := here(t)
	c := newCluster(t)
	root := c.root(at)
	c.hold(root, ">6") // some are done meanwhile
	coordinator := c.coordinator(at)
	w := newWorkerPool(c, root, at, at, at)
	c.does(at, "launch", disturbedSweep(t))
	for round := range 10 {
		signal := syscall.SIGTERM
		if round%2 == 1 {
			signal = syscall.SIGKILL
		}
		w.replace(round%3, signal)
		switch round {
		case 3:
			coordinator.stop()
			coordinator = c.coordinator(at)
		case 6:
			for _, m := range w.members {
				w.awaitRunning(m) // the kill takes claims of the last milliseconds with it: see docs/architecture.md
			}
			coordinator.drop()
			coordinator = c.coordinator(at)
		}
	}
	c.release(root)
	c.does(at, "watch", "steady")
	w.continued()
	verdict(t, c, root, "steady", want)
}
