package main

import (
	"testing"

	"eisweep/internal/control"
)

// A task whose worker is silent is work for another, and that worker's slots are none.
func TestATaskOfASilentWorkerIsWork(t *testing.T) {
	now := control.Snapshot{Sweeps: []control.SweepState{
		{Name: "a", Stand: control.Open, Tasks: 10, Done: 4, Running: 3, Silent: 2, Queued: 3},
		{Name: "b", Stand: control.Paused, Tasks: 5, Running: 1, Silent: 1, Queued: 4},
	}}
	known := control.Workers{Workers: []control.Worker{
		{Name: "dead", Slots: 4, Busy: 2, Silent: true, State: "working", Job: "slurm 7"},
		{Name: "alive", Slots: 2, Busy: 1, State: "working", Job: "slurm 8"},
	}}
	b := backlogOf(now, known)
	if b.Queued != 5 || b.Left != 11 || b.Free != 1 || len(b.Jobs) != 1 || b.Jobs[0] != "8" {
		t.Errorf("backlog %+v", b)
	}
}
