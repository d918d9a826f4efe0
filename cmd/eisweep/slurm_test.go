package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/internal/control"
	"eisweep/internal/root"
)

// TestDeployedScriptIsWhatPrintGives holds the script that operators copy against what
// the command writes for the same wishes.
func TestDeployedScriptIsWhatPrintGives(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	self, err := exec.LookPath("eisweep")
	if err != nil {
		t.Fatal(err)
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	cmd := exec.Command("eisweep", "slurm", "-p", r.Path(), "--workers", "10", "--cores", "8", "--time", "4h", "--mem-per-core", "1G",
		"--setup", "module load gcc", "--idle-timeout", "10m", "--print", "--", "--partition=short", "--account=abc")
	cmd.Stderr = &told
	printed, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &told)
	}
	got := strings.NewReplacer(self, "/shared/bin/eisweep", fmt.Sprintf("/processes/%d/", os.Geteuid()), "/processes/1000/", r.Path(), "/shared/experiments", r.ID(), "ROOT-ID").Replace(string(printed))
	const deployed = "../../deploy/slurm/workers.sbatch"
	if os.Getenv("UPDATE_SCRIPTS") != "" {
		if err := os.WriteFile(deployed, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(deployed)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what --print gives:\n%s", deployed, got)
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
		{control.Worker{Slots: 4, State: "idle", Unfit: "a task of large needs 9 GB"}, 4},
		{control.Worker{Slots: 4, Busy: 1, State: "working", Unfit: "a task of large needs 3 GB", Full: true}, 0},
		{control.Worker{Slots: 4, State: "draining: told to"}, 0},
	} {
		if got := freeSlots(&c.worker); got != c.free {
			t.Errorf("%+v: %d free slots, want %d", c.worker, got, c.free)
		}
	}
}
