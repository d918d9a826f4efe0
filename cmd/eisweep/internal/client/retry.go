package client

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/natsconn"
	"eisweep/internal/queue"
)

const (
	retryInterval = 2 * time.Second // between two attempts to connect
	retryNotice   = time.Minute     // between two log records about them
)

// Retry waits for something that is not available yet, such as a NATS server or a coordinator, and logs that it waits.
type Retry struct {
	Message string // of the log records
	Log     *slog.Logger

	begun  time.Time
	logged time.Time
}

// Waited reports whether Wait was called.
func (r *Retry) Waited() bool { return !r.begun.IsZero() }

// Wait waits a moment. It logs why at first, and again each minute. The error is that ctx ended.
func (r *Retry) Wait(ctx context.Context, why error) error {
	now := time.Now()
	if r.begun.IsZero() {
		r.begun = now
	}
	if r.logged.IsZero() || now.Sub(r.logged) >= retryNotice {
		r.logged = now
		r.Log.Warn(r.Message, "since", r.begun.Format(time.TimeOnly), "error", cli.FirstLine(why.Error()))
	}
	select {
	case <-ctx.Done():
		return cli.OrInterrupted(ctx, ctx.Err())
	case <-time.After(retryInterval):
		return nil
	}
}

// UnlessStopped returns the error of a service that is not ready yet, or nil if a signal ended the service, by which nothing is
// lost. What would have ended it without the signal as well stays an error.
func UnlessStopped(ctx context.Context, log *slog.Logger, err error) error {
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

// MayPass reports whether waiting may help against an error of opening the queue.
func (c *Connection) MayPass(err error) bool {
	switch {
	case errors.Is(err, queue.ErrNoQueue), errors.Is(err, natsconn.ErrLimit):
		return true
	case c.External():
		return natsconn.Absent(err)
	}
	return errors.Is(err, natsconn.ErrUnreachable) // a new access file may appear
}
