package display

import (
	"context"
	"log/slog"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
)

// slogHandler words what the rooms log for a person: warnings and errors, a line each.
type slogHandler struct {
	print func(line string)
	attrs []slog.Attr
}

func NewLogger(tell func(string)) *slog.Logger { return slog.New(&slogHandler{print: tell}) }

// Enabled keeps what only an operator of services would read to itself.
func (n *slogHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn
}

// Handle tells of a record: what happened, to what, and the error that says why.
func (n *slogHandler) Handle(_ context.Context, r slog.Record) error {
	var facts []string
	problem := ""
	each := func(a slog.Attr) bool {
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

// WithAttrs returns notices that tell of the attributes with every record.
func (n *slogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &slogHandler{n.print, append(append([]slog.Attr(nil), n.attrs...), attrs...)}
}

// WithGroup returns the same: a person needs no groups.
func (n *slogHandler) WithGroup(string) slog.Handler { return n }

func levelText(l slog.Level) string {
	if l >= slog.LevelError {
		return "error"
	}
	return "warning"
}
