package main

import (
	"context"
	"errors"
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
	l := logView{follow: true, id: sweeps.ID{1}, read: map[uint64]int64{}}
	path := r.Log(l.id, 1, 1)
	prints := func(want string) {
		t.Helper()
		out.Reset()
		if err := l.print(t.Context(), e, r); err != nil || out.String() != want {
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
	l = logView{id: l.id, read: map[uint64]int64{}}
	prints("run 1, attempt 1, given up or handed back before (1)\n  by one\nrun 1, attempt 1\n  by another\n")
}

// TestLogsAreReadInPieces prints what is no log: it has no lines, and is larger than memory.
func TestLogsAreReadInPieces(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l := logView{id: sweeps.ID{1}, read: map[uint64]int64{}}
	if err := os.WriteFile(r.Log(l.id, 1, 1), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(r.Log(l.id, 1, 1), 1<<40); err != nil {
		t.Fatal(err)
	}
	longest, pieces := 0, 0
	e := &environment{stdout: writerFunc(func(text []byte) (int, error) {
		longest = max(longest, len(text))
		if pieces++; pieces == 10 {
			cancel()
		}
		return len(text), nil
	})}
	if err := l.print(ctx, e, r); !errors.Is(err, context.Canceled) || longest > 400_000 || pieces > 11 {
		t.Errorf("%d pieces of up to %d bytes: %v", pieces, longest, err)
	}
}

// TestAFollowedLogWaitsForTheEndOfALine reads a line that is written in parts.
func TestAFollowedLogWaitsForTheEndOfALine(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	e, l := &environment{stdout: &out}, logView{follow: true, id: sweeps.ID{1}, read: map[uint64]int64{}}
	for _, step := range []struct{ text, want string }{
		{"a\nb", "run 1, attempt 1\n  a\n"},
		{"a\nbc\n", "run 1, attempt 1\n  a\n  bc\n"},
	} {
		if err := os.WriteFile(r.Log(l.id, 1, 1), []byte(step.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := l.print(t.Context(), e, r); err != nil || out.String() != step.want {
			t.Errorf("printed %v\n%s\nwant\n%s", err, &out, step.want)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(text []byte) (int, error) { return f(text) }
