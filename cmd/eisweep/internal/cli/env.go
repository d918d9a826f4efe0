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

// Env is what a command has from outside.
type Env struct {
	Stdin  io.Reader
	Stdout io.Writer // printable, as stderr is
	Stderr io.Writer
	// raw is stdout as it is, for what moves the cursor and for scripts that are written
	// for another program.
	Raw    io.Writer
	Getenv func(string) string
	// asks says that a person can answer: questions are put on stderr.
	Interactive bool
	// draws says that stdout is a terminal; size is then its width and height.
	Terminal     bool
	TerminalSize func() (width, height int)
	// rootFlag is " -p DIR" where the root was chosen so: commands that are offered
	// for what comes next need it too.
	RootFlag string
	// natsFlags are the same of --nats and what goes with it, for those that are the
	// coordinator's or ask it.
	NATSFlags string
	streams   *streams
}

// streams are the process's stdout and stderr.
type streams struct {
	raw            *output // nil unless it is the process's own stdout
	stdout, stderr *printable
}

// Flags are those that a command needs that is the coordinator, or asks it.
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

// The size of a terminal that doesn't say it.
const defaultWidth, defaultHeight = 80, 24

// NewEnv makes both streams printable. No person answers, and stdout is no terminal.
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
	e.streams.stderr.flush() // nobody is left to be told that it failed
	return ExitCode(err)
}

// Notef tells the person something beside the command's output. Words among args stay in
// one line.
func (e *Env) Notef(format string, args ...any) {
	fmt.Fprintf(e.Stderr, format+"\n", oneLineArgs(args)...)
}

// Linef writes a line of the command's output. Words among args stay in one line.
func (e *Env) Linef(format string, args ...any) {
	fmt.Fprintf(e.Stdout, format+"\n", oneLineArgs(args)...)
}

// Lines writes lines of the command's own making, in which what others wrote is in line.
func (e *Env) Lines(text string) {
	for line := range strings.Lines(text) {
		e.Linef("%s", strings.TrimSuffix(line, "\n"))
	}
}

// Encoder writes JSON as the command's output.
func (e *Env) Encoder() *json.Encoder {
	out := json.NewEncoder(e.Stdout)
	out.SetEscapeHTML(false)
	return out
}
