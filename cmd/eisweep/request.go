package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/control"
	"eisweep/internal/natsconn"
)

// ask sends a request. A coordinator that stops answering ends the wait, and so does one
// that cannot have the request, not one that takes its time.
func ask[A, R any](ctx context.Context, c *client, verb string, request R) (A, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := c.begin(ctx)
	go func() { cancel(w.watch(ctx)) }()
	answer, err := control.Ask[A](ctx, c.queue, verb, request)
	if gone := (*goneError)(nil); err != nil && errors.As(context.Cause(ctx), &gone) {
		return answer, fmt.Errorf("ask for %s: %w", verb, gone)
	}
	return answer, cli.OrInterrupted(ctx, err)
}

// goneError says that a request that is open gets no answer any more.
type goneError struct{ err error }

func (g *goneError) Error() string {
	return fmt.Sprintf("the coordinator stopped answering (%v); what was asked for may have been done, and asking again does no harm", g.err)
}

func (g *goneError) Unwrap() []error { return []error{natsconn.ErrUnreachable, g.err} }

var (
	errSucceeded = errors.New("another was started in its place")
	errBroken    = errors.New("the connection broke")
)

// watching pings the coordinator while a request is open.
type watching struct {
	client      *client
	asked       control.Pong // who has the request, if anybody
	connections uint64       // when it was sent: answers don't outlast a connection
}

// begin finds out whose answer is waited for; it comes before the request is sent.
func (c *client) begin(ctx context.Context) *watching {
	asked, err := c.ping(ctx)
	if err != nil {
		asked = c.pong
	}
	return &watching{c, asked, c.queue.Connections()}
}

// watch returns a *goneError when no answer can come any more, as far as pings tell, or
// when six in a row told nothing.
func (w *watching) watch(ctx context.Context) error {
	const most = 6
	ticker := time.NewTicker(w.client.patience)
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
			return &goneError{errSucceeded}
		case err == nil && w.client.queue.Connections() != w.connections:
			err = errBroken
		}
		if err == nil {
			failed = 0
		} else if failed++; failed == most {
			return &goneError{err}
		}
	}
}

func (c *client) ping(ctx context.Context) (control.Pong, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	return control.Ask[control.Pong](ctx, c.queue, control.VerbPing, control.Nothing{})
}
