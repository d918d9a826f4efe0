package inspect

import (
	"context"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// ShowOptions is how much of something is shown, and in which form.
type ShowOptions struct {
	All, Log, JSON bool
	// Running are the tasks that a `run` reports as running.
	Running []control.RunningTask
}

// Show shows a sweep, a file or a task. A name with a slash or .h5 is a file; t with hex digits is a task, unless a sweep has
// that name.
func (s *ShowOptions) Show(ctx context.Context, e *cli.Env, r *root.Root, what string) error {
	launched, err := r.Sweeps()
	if err != nil {
		return err
	}
	for _, name := range launched {
		if name == what {
			return s.sweep(ctx, e, r, name)
		}
	}
	switch {
	case strings.Contains(what, "/") || strings.HasSuffix(what, ".h5"):
		return s.file(ctx, e, r, what)
	case LooksLikeID(what):
		return s.task(ctx, e, r, launched, what)
	}
	return selection.MissingSweep(r, what, launched)
}

// LooksLikeID reports whether a text has the form of a task id or a prefix of one.
func LooksLikeID(text string) bool {
	return len(text) > 1 && len(text) <= 33 && text[0] == 't' && strings.Trim(text[1:], "0123456789abcdef") == ""
}
