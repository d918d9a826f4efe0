package catalog

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"

	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// A result that cannot be examined counts as done, and the error is reported.
func TestStatusTellsWhatItCannotLookAt(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("circle", r.SweepDir("circle")); err != nil {
		t.Fatal(err)
	}
	s := TaskStatus{Task: sweeps.Task{File: "results~seed=1.h5"}, State: StateDone, Line: &manifest.Line{State: manifest.Done}}
	if err := s.look(context.Background(), New(r), "circle"); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("error %v, want ELOOP", err)
	}
	if s.State != StateDone || s.Gone || s.Damaged {
		t.Errorf("it is %s, gone %v, damaged %v", s.State, s.Gone, s.Damaged)
	}
}
