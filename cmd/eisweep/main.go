package main

import (
	"os"
)

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
	command := newCommand(e)
	command.SetArgs(args)
	return e.finish(command.ExecuteContext(ctx))
}
