package slurmjobs

import (
	"slices"
	"testing"

	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/control"
)

// A task whose worker is silent needs no other worker as long as its attempt may continue. That worker's slots are none once it has been
// silent for some time.
func TestATaskOfASilentWorkerIsRunning(t *testing.T) {
	now := control.Snapshot{Sweeps: []control.SweepState{
		{Name: "a", Status: control.Open, Progress: control.Progress{Tasks: 10, Done: 4, Running: 3, Silent: 2, Pending: 3}},
		{Name: "b", Status: control.Paused, Progress: control.Progress{Tasks: 5, Running: 1, Silent: 1, Pending: 4}},
		{Name: "c", Status: control.Cancelled, Progress: control.Progress{Tasks: 7, Done: 1, Pending: 6}},
	}}
	known := control.Workers{Workers: []control.Worker{
		{Name: "dead", Slots: 4, Busy: 2, Silent: true, LastSeenSeconds: 40, State: "working", Job: "slurm 7"},
		{Name: "late", Slots: 2, Busy: 2, Silent: true, LastSeenSeconds: 20, State: "working", Job: "slurm 9"},
		{Name: "alive", Slots: 2, Busy: 1, State: "working", Job: "slurm 8"},
	}}
	b := backlogOf(now, known, 3)
	if b.Queued != 3 || b.Unsettled != 11 || b.FreeSlots != 1 || !slices.Equal(b.WorkerJobs, []string{"9", "8"}) {
		t.Errorf("backlog %+v", b)
	}
}

// TestMemoryOfAJobIsThatOfItsWorkers has workers say what memory they have, and leave.
func TestMemoryOfAJobIsThatOfItsWorkers(t *testing.T) {
	s := Scaling{Text: "max=2,cores=4,mem-per-core=1G"}
	if err := s.Check(client.Connection{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		when    string
		workers []control.Worker
		want    int64
	}{
		{"before any job", []control.Worker{{Name: "desk", Memory: 64 << 30}}, 4 << 30},
		{"with two jobs", []control.Worker{{Job: "slurm 7_1", Memory: 3 << 30}, {Job: "slurm 7_2", Memory: 2 << 30}, {Job: "slurm 6",
			Memory: 9 << 30, Silent: true, LastSeenSeconds: 40}}, 3 << 30},
		{"after them", nil, 3 << 30},
	} {
		if got := s.jobMemory(c.workers); got != c.want {
			t.Errorf("%s: a job has %d bytes, want %d", c.when, got, c.want)
		}
	}
}

// No worker is started for tasks that are too large for any.
func TestSlotsAreFreeForTasksThatAreTooLarge(t *testing.T) {
	for _, c := range []struct {
		worker control.Worker
		free   int
	}{
		{control.Worker{Slots: 4, State: "idle"}, 4},
		{control.Worker{Slots: 4, Busy: 1, State: "working"}, 3},
		{control.Worker{Slots: 4, Busy: 1, State: "working", Refused: "a task of large needs 3 GB"}, 0},
		{control.Worker{Slots: 4, State: "draining: told to"}, 0},
	} {
		if got := freeSlots(&c.worker); got != c.free {
			t.Errorf("%+v: %d free slots, want %d", c.worker, got, c.free)
		}
	}
}
