package main

import "log/slog"

// newServiceLog is the log of a command that runs for weeks: lines on stderr, or
// JSON on stdout.
func newServiceLog(e *environment, asJSON bool) *slog.Logger {
	if asJSON {
		return slog.New(slog.NewJSONHandler(e.stdout, nil))
	}
	return slog.New(slog.NewTextHandler(e.stderr, nil))
}
