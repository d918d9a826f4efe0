package display

import (
	"log/slog"

	"eisweep/cmd/eisweep/internal/cli"
)

// NewServiceLog returns the log of a coordinator or worker: lines on stderr, or JSON on stdout.
func NewServiceLog(e *cli.Env, asJSON bool) *slog.Logger {
	if asJSON {
		return slog.New(slog.NewJSONHandler(e.Stdout, nil))
	}
	return slog.New(slog.NewTextHandler(e.Stderr, nil))
}
