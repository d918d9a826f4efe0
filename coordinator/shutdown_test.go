package coordinator

import (
	"fmt"
	"strings"
	"testing"

	"eisweep/internal/control"
)

// What is committed when the coordinator is told to stop is placed, also what it has not yet
// taken.
func TestAStopPlacesWhatIsCommitted(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	many := strings.Replace(twoByTwo, "seeds = [1, 2]", "seeds = { first = 1, count = 200 }", 1)
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(many)}})
	const n = 300
	var jobs []*job
	for range n {
		jobs = append(jobs, g.next("two"))
	}
	k.mu.Lock() // as while a large file is hashed, or the directory is slow
	for _, j := range jobs {
		g.hand(j)
	}
	k.mu.Unlock()
	g.end()
	if lines := len(g.lines("two")); lines != n {
		t.Errorf("%d of %d results are in the manifest", lines, n)
	}
}

// Finished sweeps keep no open files.
func TestFinishedSweepsKeepNoManifestOpen(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	for i := range 5 {
		name := fmt.Sprint("s", i)
		text := strings.Replace(twoByTwo, `"two"`, `"`+name+`"`, 1)
		text = strings.Replace(text, "seeds = [1, 2]", fmt.Sprintf("seeds = [%d]", i+1), 1)
		told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(text)}})
		g.finish(k, name)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if n := k.ledger.Open(); n > 0 {
		t.Errorf("%d manifests are open", n)
	}
}
