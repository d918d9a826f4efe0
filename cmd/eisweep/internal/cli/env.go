package cli

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

// Env is what a command gets from its process.
type Env struct {
	Stdin  io.Reader
	Stdout io.Writer // escapes control characters, as Stderr does
	Stderr io.Writer
	// Raw is stdout without escaping, for cursor movements and for scripts that another program reads.
	Raw    io.Writer
	Getenv func(string) string
	// Interactive means that a person can answer questions, which are printed to stderr.
	Interactive bool
	// Terminal means that stdout is a terminal; TerminalSize returns its width and height.
	Terminal     bool
	TerminalSize func() (width, height int)
	// RootFlag is " -p DIR" if the root was chosen by that flag: suggested commands need it too.
	RootFlag string
	// NATSFlags are --nats and related flags, for suggested commands that connect to NATS.
	NATSFlags string
	streams   *streams
}

// streams are the process's stdout and stderr.
type streams struct {
	raw            *output // nil unless it is the process's own stdout
	stdout, stderr *printable
}

// Flags are the flags that suggested commands need which connect to NATS.
func (e *Env) Flags() string { return e.RootFlag + e.NATSFlags }

func SystemEnv() *Env {
	out, in, err := int(os.Stdout.Fd()), int(os.Stdin.Fd()), int(os.Stderr.Fd())
	stdout := &output{to: os.Stdout, closed: inherited.Closed(1)}
	e := NewEnv(os.Stdin, stdout, os.Stderr, os.Getenv)
	e.streams.raw = stdout
	e.Interactive = term.IsTerminal(in) && term.IsTerminal(err)
	e.Terminal = term.IsTerminal(out) && os.Getenv("TERM") != "dumb"
	e.TerminalSize = func() (int, int) {
		if width, height, err := term.GetSize(out); err == nil {
			return width, height
		}
		return defaultWidth, defaultHeight
	}
	return e
}

// The assumed size of a terminal that reports none.
const defaultWidth, defaultHeight = 80, 24

// NewEnv returns an environment that escapes both streams. It is not interactive, and stdout is not a terminal.
func NewEnv(stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) *Env {
	out, err := &printable{to: stdout}, &printable{to: stderr}
	return &Env{
		Stdin: stdin, Stdout: out, Stderr: err, Raw: stdout, Getenv: getenv,
		TerminalSize: func() (int, int) { return defaultWidth, defaultHeight },
		streams:      &streams{stdout: out, stderr: err},
	}
}

// Finish closes the output, prints the command's error with its remedy, and returns the exit code.
func (e *Env) Finish(err error) int {
	err = e.streams.raw.end(errors.Join(err, e.streams.stdout.flush()))
	if text := textWithRemedy(err); text != "" {
		fmt.Fprintf(e.Stderr, "eisweep: %s\n", text)
	}
	e.streams.stderr.flush() // an error could not be reported anywhere
	return ExitCode(err)
}

// Notef prints a line to stderr, beside the command's output. String arguments cannot break the line.
func (e *Env) Notef(format string, args ...any) {
	fmt.Fprintf(e.Stderr, format+"\n", oneLineArgs(args)...)
}

// Linef prints a line of the command's output. String arguments cannot break the line.
func (e *Env) Linef(format string, args ...any) {
	fmt.Fprintf(e.Stdout, format+"\n", oneLineArgs(args)...)
}

// Lines prints several lines of the command's output.
func (e *Env) Lines(text string) {
	for line := range strings.Lines(text) {
		e.Linef("%s", strings.TrimSuffix(line, "\n"))
	}
}

// Encoder writes JSON to stdout.
func (e *Env) Encoder() *json.Encoder {
	out := json.NewEncoder(e.Stdout)
	out.SetEscapeHTML(false)
	return out
}
