package main

import (
	"slices"
	"testing"

	"eisweep/internal/control"
)

// status lists a sweep whose directory was removed or replaced while the coordinator still has it.
func TestStatusTellsOfSweepsWithoutAFolder(t *testing.T) {
	s := statusView{snapshot: control.Snapshot{
		Sweeps: []control.SweepState{{Name: "gone"}, {Name: "here"}}, Faults: []control.SweepFault{{Sweep: "aside"}, {Sweep: "gone"}},
	}}
	if got := s.allNames([]string{"here"}, []string{"moved"}); !slices.Equal(got, []string{"aside", "gone", "here", "moved"}) {
		t.Errorf("status lists %v", got)
	}
}
