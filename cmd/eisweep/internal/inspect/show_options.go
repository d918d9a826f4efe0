package inspect

import (
	"context"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/root"
)

// ShowOptions is how something is told of.
type ShowOptions struct{ All, Log, JSON bool }

// Show finds out what was named: a file looks like one, a task's id starts with t
// and hex digits, and everything else is a sweep; a sweep's name goes before an id.
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

func LooksLikeID(text string) bool {
	return len(text) > 1 && len(text) <= 33 && text[0] == 't' && strings.Trim(text[1:], "0123456789abcdef") == ""
}
