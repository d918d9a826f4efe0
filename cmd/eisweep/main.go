package main

import (
	"errors"
	"fmt"
	"os"

	"eisweep/internal/inherited"
)

// version is the program's version; the build sets it (-ldflags "-X main.version=…").
var version string

func main() {
	abortOnCrash(os.Getenv)
	closeOnExec()
	os.Exit(execute(os.Args[1:]))
}

// execute runs one command line and returns its exit code.
func execute(args []string) int {
	ctx, stop := watchSignals(os.Exit)
	defer stop()
	e := systemEnvironment()
	out := &output{to: os.Stdout, closed: inherited.Closed(1)}
	text, told := &printable{to: out}, &printable{to: os.Stderr}
	e.stdout, e.stderr, e.raw = text, told, out
	command := newCommand(e)
	command.SetArgs(args)
	err := command.ExecuteContext(ctx)
	err = out.end(errors.Join(err, text.flush()))
	if text := advised(err); text != "" {
		fmt.Fprintf(e.stderr, "eisweep: %s\n", text)
	}
	told.flush() // nobody is left to be told that it failed
	return exitCode(err)
}
