package main

import (
	"fmt"
	"os"
)

// version is the program's version; the build sets it (-ldflags "-X main.version=…").
var version string

func main() { os.Exit(execute(os.Args[1:])) }

// execute runs one command line and returns its exit code.
func execute(args []string) int {
	ctx, stop := watchSignals(os.Exit)
	defer stop()
	e := systemEnvironment()
	out := &output{to: e.stdout}
	e.stdout = out
	command := newCommand(e)
	command.SetArgs(args)
	err := out.end(command.ExecuteContext(ctx))
	if text := errorText(err); text != "" {
		fmt.Fprintf(e.stderr, "eisweep: %s\n", text)
	}
	return exitCode(err)
}
