package worker

import (
	"errors"
	"os"
	"path/filepath"
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
	log, state := r.Log(sweeps.ID{1}, 1, 1), r.Checkpoint(sweeps.ID{1}, 1)
	check(t, unix.Mkfifo(log, 0o666))
	check(t, unix.Mkfifo(state, 0o666))
	done := make(chan struct{})
	go func() {
		defer close(done)
		l, err := openLog(log)
		if err != nil {
			t.Errorf("open log: %v", err)
			return
		}
		l.say("said")
		if err := l.close(); err != nil {
			t.Errorf("close log: %v", err)
		}
		if text, err := os.ReadFile(log); err != nil || len(text) == 0 {
			t.Errorf("the log holds %q, %v", text, err)
		}
		if _, err := restore(state, nil); !errors.Is(err, atomicfile.ErrNotRegular) {
			t.Errorf("restore: %v", err)
		}
		reachOf(state)
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("a FIFO is waited for")
	}
}

// TestALogIsKeptUnderAFreeName has names in the way of logs that are kept.
func TestALogIsKeptUnderAFreeName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.1.1")
	check(t, os.Symlink("elsewhere", path+".1"))
	for _, text := range []string{"first", "second"} {
		check(t, os.WriteFile(path, []byte(text), 0o600))
		check(t, keepLog(path))
	}
	for name, want := range map[string]string{path + ".2": "first", path + ".3": "second"} {
		if text, err := os.ReadFile(name); err != nil || string(text) != want {
			t.Errorf("%s holds %q, %v", filepath.Base(name), text, err)
		}
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
	opened, err := job.openInput(t.Context(), r, &protocol.Input{Path: ".eisweep/inputs/a.h5", SHA256: sum})
	check(t, err)
	check(t, os.Remove(path))
	check(t, os.WriteFile(path, []byte("another"), 0o600))
	if text, err := os.ReadFile(opened); err != nil || string(text) != "checked" {
		t.Errorf("it reads %q, %v", text, err)
	}
}
