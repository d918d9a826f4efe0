package catalog

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

// What is kept of a task gives back the same history, whatever it holds.
func TestTaskLinesGiveBackTheHistory(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	manifests := []*manifestIndex{newManifestIndex("one"), newManifestIndex("two")}
	line := func(kind lineKind) Ref {
		return Ref{in: manifests[r.IntN(2)], begin: r.Int64N(1000), length: r.Uint32N(1000), run: r.Int32N(4), kind: kind}
	}
	several, alone := 0, 0
	for range 10_000 {
		var h History
		for range r.IntN(3) {
			h.copies = append(h.copies, line(lineKind(r.IntN(2))))
		}
		for range r.IntN(3) {
			h.failures = append(h.failures, line(failureLine))
		}
		if h.recount(); r.IntN(3) == 0 {
			h.newest++ // by a line that another has replaced
		}
		h.run = h.newest + r.Int32N(2)
		var kept taskLines
		kept.keep(h)
		if kept.several != nil {
			several++
		} else if kept.only.in != nil {
			alone++
		}
		if got := kept.history(); !reflect.DeepEqual(got, h) {
			t.Fatalf("%+v\nwas kept as %+v\nand is %+v", h, kept, got)
		}
		for o := range kept.refs() {
			o.state = Damaged
		}
		for _, c := range kept.history().copies {
			if c.state != Damaged {
				t.Fatalf("what was found of %+v is lost", c)
			}
		}
	}
	if several < 1000 || alone < 1000 {
		t.Errorf("%d tasks with several lines, %d with one", several, alone)
	}
}
