package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// TestLogsOfAttemptsAreNumbered follows a task that is handed back and begun again, and prints the
// logs of both attempts in the order in which they began, whatever their tokens.
func TestLogsOfAttemptsAreNumbered(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	e := &cli.Env{Stdout: &out}
	l := logView{follow: true, id: sweeps.ID{1}, read: map[uint64]int64{}}
	prints := func(want string) {
		t.Helper()
		out.Reset()
		if err := l.print(t.Context(), e, r); err != nil || out.String() != want {
			t.Errorf("printed %v\n%s\nwant\n%s", err, &out, want)
		}
	}
	write := func(token, text string) {
		t.Helper()
		if err := os.WriteFile(r.Log(l.id, 1, token), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("f2", "2026-11-30T01:00:00.5Z by one\n")
	prints("run 1, attempt 1\n  2026-11-30T01:00:00.5Z by one\n")
	write("a1", "2026-11-30T01:00:01Z by another\n")
	prints("run 1, attempt 2\n  2026-11-30T01:00:01Z by another\n")
	l = logView{id: l.id, asJSON: true, read: map[uint64]int64{}}
	prints(`{"id":"` + l.id.String() + `","run":1,"attempt":1,"token":"f2","line":"2026-11-30T01:00:00.5Z by one"}` + "\n" +
		`{"id":"` + l.id.String() + `","run":1,"attempt":2,"token":"a1","line":"2026-11-30T01:00:01Z by another"}` + "\n")
}

// TestLogsAreReadInPieces prints what is no log: it has no lines, and is larger than memory.
func TestLogsAreReadInPieces(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l := logView{id: sweeps.ID{1}, read: map[uint64]int64{}}
	if err := os.WriteFile(r.Log(l.id, 1, "1"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(r.Log(l.id, 1, "1"), 1<<40); err != nil {
		t.Fatal(err)
	}
	longest, pieces := 0, 0
	e := &cli.Env{Stdout: writerFunc(func(text []byte) (int, error) {
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
	e, l := &cli.Env{Stdout: &out}, logView{follow: true, id: sweeps.ID{1}, read: map[uint64]int64{}}
	for _, step := range []struct{ text, want string }{
		{"a\nb", "run 1, attempt 1\n  a\n"},
		{"a\nbc\n", "run 1, attempt 1\n  a\n  bc\n"},
	} {
		if err := os.WriteFile(r.Log(l.id, 1, "1"), []byte(step.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := l.print(t.Context(), e, r); err != nil || out.String() != step.want {
			t.Errorf("printed %v\n%s\nwant\n%s", err, &out, step.want)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(text []byte) (int, error) { return f(text) }
