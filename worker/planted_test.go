package worker

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"eisweep/internal/atomicfile"
	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// TestNoAttemptWaitsForAFIFO has a member of the group leave FIFOs in place of a log and of checkpoints.
func TestNoAttemptWaitsForAFIFO(t *testing.T) {
	r, err := root.Open(t.TempDir())
	check(t, err)
	log, state := r.Log(sweeps.ID{1}, 1, "1"), r.Checkpoint(sweeps.ID{1}, "1")
	check(t, unix.Mkfifo(log, 0o666))
	check(t, unix.Mkfifo(state, 0o666))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := openLog(log); !errors.Is(err, fs.ErrExist) {
			t.Errorf("open log: %v", err)
		}
		if _, err := restore(state, nil); !errors.Is(err, atomicfile.ErrNotRegular) {
			t.Errorf("restore: %v", err)
		}
		if reach, there := keeper(t.TempDir(), 1, func(string) {}).positionOf(state); reach != math.MaxInt64 || !there {
			t.Errorf("the checkpoint is there %v, at %d", there, reach)
		}
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("a FIFO is waited for")
	}
}

// TestAnInputIsTheFileThatWasChecked has the file that a task starts from replaced after its bytes were compared.
func TestAnInputIsTheFileThatWasChecked(t *testing.T) {
	r, err := root.Open(t.TempDir())
	check(t, err)
	path := r.Input("a")
	check(t, os.WriteFile(path, []byte("checked"), 0o600))
	sum, _, err := results.HashFile(path)
	check(t, err)
	var job Job
	defer job.close()
	opened, err := job.openInput(t.Context(), r, &protocol.InputRef{Path: ".eisweep/inputs/a.h5", SHA256: sum})
	check(t, err)
	check(t, os.Remove(path))
	check(t, os.WriteFile(path, []byte("another"), 0o600))
	if text, err := os.ReadFile(opened); err != nil || string(text) != "checked" {
		t.Errorf("it reads %q, %v", text, err)
	}
}
