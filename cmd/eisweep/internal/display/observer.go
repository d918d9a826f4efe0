package display

import (
	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
)

// Observer shows what happens to sweeps: on a terminal, as lines, or as JSON.
type Observer interface {
	Plan(control.Plan)
	Task(*manifest.Line)
	Progress(control.Snapshot)
	Summary(control.Summary, error)
	// Notice shows a warning of one line. Any goroutine may call it.
	Notice(string)
}

// NewObserver returns the observer for this output: JSON, a terminal, or lines.
func NewObserver(e *cli.Env, asJSON bool) Observer {
	switch {
	case asJSON:
		return NewEvents(e)
	case e.Terminal:
		return newScreen(e)
	}
	return NewLines(e)
}
