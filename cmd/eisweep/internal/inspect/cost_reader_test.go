package inspect

import (
	"path/filepath"
	"testing"

	"eisweep/internal/manifest"
)

// TestACostIsReadInParts, with the same outcome as at once: a run counts once, and of several lines of a task the last counts.
func TestACostIsReadInParts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest.jsonl")
	w, err := manifest.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	line := func(n byte, run int, state manifest.State, seconds float64, bytes int64) manifest.Line {
		return manifest.Line{ID: [16]byte{n}, Run: run, State: state, Seconds: seconds, Bytes: bytes, File: "f.h5"}
	}
	var inParts CostReader
	for _, lines := range [][]manifest.Line{
		{line(1, 1, manifest.Done, 2, 100), line(2, 1, manifest.Failed, 3, 0)},
		{line(1, 1, manifest.Done, 2, 100), line(2, 2, manifest.Done, 6, 50)},
		{},
	} {
		if err := w.Append(lines...); err != nil {
			t.Fatal(err)
		}
		if err := inParts.Read(path); err != nil {
			t.Fatal(err)
		}
	}
	var whole CostReader
	if err := whole.Read(path); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*Cost{"in parts": inParts.Cost(), "at once": whole.Cost()} {
		if c.Spent != 11 || c.Bytes != 150 || c.PerTask == nil || *c.PerTask != 4 {
			t.Errorf("%s: %+v", name, c)
		}
	}
}
