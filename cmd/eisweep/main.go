package main

import (
	"os"

	"eisweep/cmd/eisweep/internal/cli"
)

func main() {
	cli.AbortOnCrash(os.Getenv)
	cli.CloseOnExec()
	os.Exit(execute(os.Args[1:]))
}

// execute runs one command line and returns its exit code.
func execute(args []string) int {
	ctx, stop := cli.WatchSignals(os.Exit)
	defer stop()
	e := cli.SystemEnv()
	command := newCommand(e)
	command.SetArgs(args)
	return e.Finish(command.ExecuteContext(ctx))
}
