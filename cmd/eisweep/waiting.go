package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/natsconn"
	"eisweep/internal/queue"
)

// Times of a wait for NATS: between two tries, and between two words of it.
const (
	connectAgain = 2 * time.Second
	tellAgain    = time.Minute
)

// waiting is for a NATS, or a coordinator, that is not there yet.
type waiting struct {
	what  string // that it waits
	log   *slog.Logger
	begun time.Time
	told  time.Time
}

// more waits a moment, after it said why: at first, and again each minute. An error is
// that ctx ended.
func (w *waiting) more(ctx context.Context, why error) error {
	now := time.Now()
	if w.begun.IsZero() {
		w.begun = now
	}
	if w.told.IsZero() || now.Sub(w.told) >= tellAgain {
		w.told = now
		w.log.Warn(w.what, "since", w.begun.Format(time.TimeOnly), "error", cli.FirstLine(why.Error()))
	}
	select {
	case <-ctx.Done():
		return cli.OrInterrupted(ctx, ctx.Err())
	case <-time.After(connectAgain):
		return nil
	}
}

// orStopped is the error of a service that is not ready yet; nil where a signal ended it, by which nothing is lost. What
// would have ended it without the signal as well stays an error.
func orStopped(ctx context.Context, log *slog.Logger, err error) error {
	var signal *cli.Interrupted
	if err == nil || !errors.As(context.Cause(ctx), &signal) {
		return err
	}
	for _, e := range cli.Leaves(err) {
		if code := cli.ExitCode(e); code == cli.ExitStorage || code == cli.ExitInput || code == cli.ExitInUse {
			return err
		}
	}
	log.Info("stopped before it was ready", "why", signal)
	return nil
}

// mayPass says whether waiting may help against an error of opening the queue.
func (c *connection) mayPass(err error) bool {
	switch {
	case errors.Is(err, queue.ErrNoQueue), errors.Is(err, natsconn.ErrLimit):
		return true
	case c.external():
		return natsconn.Absent(err)
	}
	return errors.Is(err, natsconn.ErrUnreachable) // the access file may be on its way
}
