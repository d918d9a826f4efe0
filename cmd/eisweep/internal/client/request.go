package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/natsconn"
)

// Ask sends a request and waits for the answer, however long the coordinator works on it. It gives up when that coordinator
// cannot answer any more, or does not answer pings.
func Ask[A, R any](ctx context.Context, c *Client, verb string, request R) (A, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := c.beginWatch(ctx)
	go func() { cancel(w.watch(ctx)) }()
	answer, err := control.Ask[A](ctx, c.Queue, verb, request)
	if gone := (*goneError)(nil); err != nil && errors.As(context.Cause(ctx), &gone) {
		return answer, fmt.Errorf("ask for %s: %w", verb, gone)
	}
	return answer, cli.OrInterrupted(ctx, err)
}

// goneError says that an open request will not be answered any more.
type goneError struct {
	asked control.Pong
	err   error
}

func (g *goneError) Error() string {
	return fmt.Sprintf("the coordinator (process %d on %s) stopped answering (%v); the request may have been carried out, "+
		"and repeating it does no harm",
		g.asked.PID, g.asked.Host, g.err)
}

func (g *goneError) Unwrap() []error { return []error{natsconn.ErrUnreachable, g.err} }

var (
	errReplaced         = errors.New("another coordinator was started in its place")
	errConnectionBroken = errors.New("the connection broke")
)

// watch pings the coordinator while a request is open.
type watch struct {
	client      *Client
	asked       control.Pong // of the coordinator that has the request, if any
	connections uint64       // when it was sent: answers don't outlast a connection
}

// beginWatch finds out which coordinator will answer; it comes before the request is sent.
func (c *Client) beginWatch(ctx context.Context) *watch {
	asked, err := c.ping(ctx)
	if err != nil {
		asked = c.Pong
	}
	return &watch{c, asked, c.Queue.Connections()}
}

// maxFailedPings is how many pings in a row may fail before a request is given up.
const maxFailedPings = 6

// watch returns a *goneError when pings show that no answer can come any more, or when maxFailedPings of them failed in a row.
func (w *watch) watch(ctx context.Context) error {
	ticker := time.NewTicker(w.client.pingTimeout)
	defer ticker.Stop()
	for failed := 0; ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		pong, err := w.client.ping(ctx)
		switch {
		case err == nil && !pong.Since.Equal(w.asked.Since):
			return &goneError{w.asked, errReplaced}
		case err == nil && w.client.Queue.Connections() != w.connections:
			err = errConnectionBroken
		}
		if err == nil {
			failed = 0
			continue
		}
		failed++
		if failed == maxFailedPings {
			return &goneError{w.asked, err}
		}
		if failed == 1 && ctx.Err() == nil && w.client.notef != nil {
			w.client.notef("the coordinator (process %d on %s) does not answer; waiting for it", w.asked.PID, w.asked.Host)
		}
	}
}

func (c *Client) ping(ctx context.Context) (control.Pong, error) {
	ctx, cancel := context.WithTimeout(ctx, c.pingTimeout)
	defer cancel()
	return control.Ask[control.Pong](ctx, c.Queue, control.VerbPing, control.Nothing{})
}
