package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/internal/slurm"
)

// hostile is text that would clear the screen, set the window's title, colour the rest,
// reverse its order, hide it, and begin a line of its own.
const hostile = "a\x1b[2J\x1b]0;t\x07\u009b31m\x7f\u202eb\u2066c\u2028\xff\x9bd\r\b\u200b\U000e0041é日本👍\n" + `eisweep: all is well`

// harmless fails if a terminal could take anything in text for a command.
func harmless(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("not UTF-8: %q", text)
	}
	for _, r := range text {
		if r != '\n' && r != '\t' && (r < ' ' || r >= 0x7f && r < 0xa0 || strings.ContainsRune("\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff", r) || r >= 0xe0000) {
			t.Errorf("%U reaches the terminal: %q", r, text)
		}
	}
}

// forgesNoLine fails if a line begins with the text that hostile has behind its newline.
func forgesNoLine(t *testing.T, text string) {
	t.Helper()
	harmless(t, text)
	if strings.Contains("\n"+text, "\neisweep: all is well") {
		t.Errorf("a line is forged:\n%s", text)
	}
}

func TestWordsOfOthersForgeNoLine(t *testing.T) {
	e, out, told := quiet()
	e.Linef("host %s has %v", hostile, []string{hostile})
	e.Notef("warning: %s", hostile)
	if err := tellWorkers(e, []control.Worker{{Name: hostile, Host: hostile, State: hostile, Refused: hostile, Job: hostile, Version: hostile}}, false); err != nil {
		t.Fatal(err)
	}
	view := slurmView{jobs: []slurm.Job{{ID: "1", State: "PENDING", Reason: hostile, User: hostile}}}
	if err := view.table(e); err != nil {
		t.Fatal(err)
	}
	e.Notef("%v", cli.Usagef("%s is no root", hostile))
	e.Notef("warning: %s of %v", errors.New("no more"), protocol.Class(hostile))
	fmt.Fprintln(e.Stderr, cli.ErrorText(errors.Join(fmt.Errorf("x: %w", &fs.PathError{Op: "open", Path: hostile, Err: os.ErrNotExist}), &os.LinkError{Op: "link", Old: hostile, New: hostile, Err: os.ErrExist})))
	newNotices(newScreen(e).notice).With("worker", hostile).Warn("an attempt failed", "host", hostile, "error", errors.New(hostile))
	forgesNoLine(t, out.String()+told.String())
	for _, line := range drawing(&control.Snapshot{Running: []control.RunningTask{{Sweep: hostile, File: hostile + "\t"}}}, "", 20, 5) {
		if forgesNoLine(t, line); strings.ContainsAny(line, "\n\t") || cells(line) > 20 {
			t.Errorf("%q takes more than a line of 20 cells", line)
		}
	}
}

func TestCellsOfALine(t *testing.T) {
	for line, want := range map[string]int{"": 0, "abc": 3, "[#··] é…": 8, "日本": 4, "e\u0301": 1, "👍": 2, "ｆｕｌｌ": 8} {
		if got := cells(line); got != want {
			t.Errorf("%q takes %d cells, want %d", line, got, want)
		}
	}
	for most, want := range map[int]string{6: "日本語", 5: "日本…", 4: "日…", 3: "日…", 2: "…", 1: "…"} {
		if got := cut("日本語", most); got != want {
			t.Errorf("in %d cells: %q, want %q", most, got, want)
		}
	}
}

// TestANarrowerTerminalIsClearedAsWell makes the terminal narrower after a block was
// drawn, which breaks its lines.
func TestANarrowerTerminalIsClearedAsWell(t *testing.T) {
	e, out, _ := quiet()
	width := 80
	e.TerminalSize = func() (int, int) { return width, 24 }
	s := newScreen(e)
	s.progress(*snapshot())
	rows := 0
	width = 30
	for line := range strings.Lines(out.String()) {
		rows += (cells(strings.TrimSuffix(line, "\n")) + width - 1) / width
	}
	out.Reset()
	s.summary(control.Summary{}, nil)
	if want := "\r\x1b[" + strconv.Itoa(rows) + "A\x1b[J"; rows <= 5 || !strings.HasPrefix(out.String(), want) {
		t.Errorf("%q, want %q", out, want)
	}
}
