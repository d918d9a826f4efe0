package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
)

// hostile is text that would clear the screen, set the window's title, colour the rest,
// reverse its order, hide it, and begin a line of its own.
const hostile = "a\x1b[2J\x1b]0;t\x07\u009b31m\x7f\u202eb\u2066c\u2028\xff\x9bd\r\b\u200b\U000e0041é日本👍\n" + `eisweep: all is well`

// invisible are characters that change the direction of text, or separate it, without being seen.
const invisible = "\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"

// harmless fails if a terminal could take anything in text for a command.
func harmless(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("not UTF-8: %q", text)
	}
	for _, r := range text {
		isControl := r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0
		if isControl || strings.ContainsRune(invisible, r) || r >= 0xe0000 {
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
	if err := printWorkers(
		e,
		[]control.Worker{{Name: hostile, Host: hostile, State: hostile, Refused: hostile, Job: hostile, Version: hostile}},
		false,
	); err != nil {
		t.Fatal(err)
	}
	e.Notef("%v", cli.Usagef("%s is no root", hostile))
	e.Notef("warning: %s of %v", errors.New("no more"), protocol.Class(hostile))
	fmt.Fprintln(
		e.Stderr,
		cli.ErrorText(
			errors.Join(
				fmt.Errorf("x: %w", &fs.PathError{Op: "open", Path: hostile, Err: os.ErrNotExist}),
				&os.LinkError{Op: "link", Old: hostile, New: hostile, Err: os.ErrExist},
			),
		),
	)
	forgesNoLine(t, out.String()+told.String())
}
