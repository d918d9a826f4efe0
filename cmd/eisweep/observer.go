package main

import (
	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
)

// observer tells what happens to an order: on a terminal, in lines, or as JSON.
type observer interface {
	plan(control.Plan)
	task(*manifest.Line)
	progress(control.Snapshot)
	summary(control.Summary, error)
	// notice tells of trouble, a line; any goroutine may call it.
	notice(string)
}

func chooseObserver(e *cli.Env, asJSON bool) observer {
	switch {
	case asJSON:
		return newEvents(e)
	case e.Terminal:
		return newScreen(e)
	}
	return newLines(e)
}
