package display

import (
	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
)

// Observer tells what happens to an order: on a terminal, in lines, or as JSON.
type Observer interface {
	Plan(control.Plan)
	Task(*manifest.Line)
	Progress(control.Snapshot)
	Summary(control.Summary, error)
	// notice tells of trouble, a line; any goroutine may call it.
	Notice(string)
}

func NewObserver(e *cli.Env, asJSON bool) Observer {
	switch {
	case asJSON:
		return NewEvents(e)
	case e.Terminal:
		return newScreen(e)
	}
	return NewLines(e)
}
