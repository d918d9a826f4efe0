package main

import (
	"log/slog"

	"eisweep/cmd/eisweep/internal/cli"
)

// newServiceLog is the log of a command that runs for weeks: lines on stderr, or
// JSON on stdout.
func newServiceLog(e *cli.Env, asJSON bool) *slog.Logger {
	if asJSON {
		return slog.New(slog.NewJSONHandler(e.Stdout, nil))
	}
	return slog.New(slog.NewTextHandler(e.Stderr, nil))
}
