package display

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
)

// slogHandler prints log records for a person: warnings and errors, one line each.
type slogHandler struct {
	print func(line string)
	attrs []slog.Attr
}

// NewLogger returns a logger that prints warnings and errors by a function.
func NewLogger(print func(string)) *slog.Logger { return slog.New(&slogHandler{print: print}) }

// names are the attributes of events that a person does not need.
var names = []string{"event", "seq", "launch", "token", "file", "host"}

// Enabled drops records that only an operator of services would read.
func (n *slogHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn
}

// Handle prints a record: the message, its attributes, and the error.
func (n *slogHandler) Handle(_ context.Context, r slog.Record) error {
	var facts []string
	problem := ""
	each := func(a slog.Attr) bool {
		if slices.Contains(names, a.Key) {
			return true
		}
		if a.Key == "error" {
			problem = ": " + cli.OneLine(a.Value.String())
		} else {
			facts = append(facts, a.Key+" "+cli.OneLine(a.Value.String()))
		}
		return true
	}
	for _, a := range n.attrs {
		each(a)
	}
	r.Attrs(each)
	n.print(levelText(r.Level) + ": " + r.Message + cli.InParentheses(strings.Join(facts, ", ")) + problem)
	return nil
}

// WithAttrs returns a handler that prints the attributes with every record.
func (n *slogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &slogHandler{n.print, append(append([]slog.Attr(nil), n.attrs...), attrs...)}
}

// WithGroup returns the same handler: a person needs no groups.
func (n *slogHandler) WithGroup(string) slog.Handler { return n }

func levelText(l slog.Level) string {
	if l >= slog.LevelError {
		return "error"
	}
	return "warning"
}
