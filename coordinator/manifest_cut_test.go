package coordinator

import (
	"bytes"
	"os"
	"testing"

	"eisweep/internal/control"
)

// TestAManifestThatIsCutHasNoHole has something empty a sweep's manifest while a coordinator writes it.
func TestAManifestThatIsCutHasNoHole(t *testing.T) {
	g := newRig(t)
	k := g.serve()
	told[control.Plan](g, control.VerbLaunch, control.LaunchRequest{Sweeps: []control.SweepFile{file(twoByTwo)}})
	for n := 1; n <= 2; n++ {
		g.hand(g.next("two"))
		g.until(k, func() bool { return k.Snapshot().Sweeps[0].Done == n })
	}
	path := g.root.Manifest("two")
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	g.finish(k, "two")
	text, err := os.ReadFile(path)
	if err != nil || bytes.IndexByte(text, 0) >= 0 {
		t.Errorf("the manifest holds %q, %v", text, err)
	}
	if n := len(g.lines("two")); n != 2 {
		t.Errorf("%d lines, want the two since it was cut", n)
	}
}
