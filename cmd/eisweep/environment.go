package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"eisweep/internal/inherited"
)

// environment is what a command has from outside.
type environment struct {
	stdin  io.Reader
	stdout io.Writer // printable, as stderr is
	stderr io.Writer
	// raw is stdout as it is, for what moves the cursor and for scripts that are written
	// for another program.
	raw    io.Writer
	getenv func(string) string
	// asks says that a person can answer: questions are put on stderr.
	asks bool
	// draws says that stdout is a terminal; size is then its width and height.
	draws bool
	size  func() (width, height int)
	// rootFlag is " -p DIR" where the root was chosen so: commands that are offered
	// for what comes next need it too.
	rootFlag string
	// natsFlags are the same of --nats and what goes with it, for those that are the
	// coordinator's or ask it.
	natsFlags string
	streams   *streams
}

// streams are the process's stdout and stderr.
type streams struct {
	raw            *output // nil unless it is the process's own stdout
	stdout, stderr *printable
}

// flags are those that a command needs that is the coordinator, or asks it.
func (e *environment) flags() string { return e.rootFlag + e.natsFlags }

func systemEnvironment() *environment {
	out, in, err := int(os.Stdout.Fd()), int(os.Stdin.Fd()), int(os.Stderr.Fd())
	stdout := &output{to: os.Stdout, closed: inherited.Closed(1)}
	e := newEnvironment(os.Stdin, stdout, os.Stderr, os.Getenv)
	e.streams.raw = stdout
	e.asks = term.IsTerminal(in) && term.IsTerminal(err)
	e.draws = term.IsTerminal(out) && os.Getenv("TERM") != "dumb"
	e.size = func() (int, int) {
		if width, height, err := term.GetSize(out); err == nil {
			return width, height
		}
		return defaultWidth, defaultHeight
	}
	return e
}

// The size of a terminal that doesn't say it.
const defaultWidth, defaultHeight = 80, 24

// newEnvironment makes both streams printable. No person answers, and stdout is no terminal.
func newEnvironment(stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) *environment {
	out, err := &printable{to: stdout}, &printable{to: stderr}
	return &environment{
		stdin: stdin, stdout: out, stderr: err, raw: stdout, getenv: getenv,
		size:    func() (int, int) { return defaultWidth, defaultHeight },
		streams: &streams{stdout: out, stderr: err},
	}
}

// finish closes the output, prints the command's error with its remedy, and returns the exit code.
func (e *environment) finish(err error) int {
	err = e.streams.raw.end(errors.Join(err, e.streams.stdout.flush()))
	if text := advised(err); text != "" {
		fmt.Fprintf(e.stderr, "eisweep: %s\n", text)
	}
	e.streams.stderr.flush() // nobody is left to be told that it failed
	return exitCode(err)
}

// note tells the person something beside the command's output. Words among args stay in
// one line.
func (e *environment) note(format string, args ...any) {
	fmt.Fprintf(e.stderr, format+"\n", inLines(args)...)
}

// say writes a line of the command's output. Words among args stay in one line.
func (e *environment) say(format string, args ...any) {
	fmt.Fprintf(e.stdout, format+"\n", inLines(args)...)
}

// sayLines writes lines of the command's own making, in which what others wrote is in line.
func (e *environment) sayLines(text string) {
	for line := range strings.Lines(text) {
		e.say("%s", strings.TrimSuffix(line, "\n"))
	}
}

// encoder writes JSON as the command's output.
func (e *environment) encoder() *json.Encoder {
	out := json.NewEncoder(e.stdout)
	out.SetEscapeHTML(false)
	return out
}
