package main

import (
	"os"
	"strings"
	"testing"

	"eisweep/internal/root"
	"eisweep/sweeps"
)

// TestLogsOfOneNumber follows an attempt that is handed back, and whose number is given again.
func TestLogsOfOneNumber(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	e := &environment{stdout: &out}
	l := logView{follow: true, id: sweeps.ID{1}, read: map[uint64]int64{}, part: map[uint64]string{}}
	path := r.Log(l.id, 1, 1)
	prints := func(want string) {
		t.Helper()
		out.Reset()
		if err := l.print(e, r); err != nil || out.String() != want {
			t.Errorf("printed %v\n%s\nwant\n%s", err, &out, want)
		}
	}
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(path, "by one\n")
	prints("run 1, attempt 1\n  by one\n")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	write(path, "by another\n")
	prints("  by another\n")
	l = logView{id: l.id, read: map[uint64]int64{}, part: map[uint64]string{}}
	prints("run 1, attempt 1, given up or handed back before (1)\n  by one\nrun 1, attempt 1\n  by another\n")
}
