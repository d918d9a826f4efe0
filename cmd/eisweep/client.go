package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/access"
	"eisweep/internal/control"
	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
)

// client is what a command asks the root's coordinator through.
type client struct {
	root     *root.Root
	queue    *queue.Queue
	patience time.Duration // for the coordinator's word that it is there, and between two
	pong     control.Pong  // of who answers
}

// Times that a command waits for NATS and for the coordinator's word that it is
// there. A coordinator that is busy launching answers all the same.
const (
	connectTime = 5 * time.Second
	answerTime  = 5 * time.Second
)

// absentError says that no coordinator answers for a root.
type absentError struct {
	path, rootFlag string
	flags          string      // of what reaches the same NATS
	holder         root.Holder // who has the root's lock; zero: nobody, as far as anybody knows
	why            error       // nil: there never was one
	unseen         error       // why nobody knows who has the lock; nil: it was looked at
}

func (a *absentError) Error() string {
	switch {
	case a.elsewhere():
		return fmt.Sprintf("%s, but `%s` has the root (process %d on %s): if it uses the site's NATS, give the same --nats or --nats-context",
			a.short(), a.holder.Command, a.holder.PID, a.holder.Host)
	case a.running():
		h := a.holder
		return fmt.Sprintf("`%s` is at work on %s (process %d on %s, since %s), by itself: wait for it to end, "+
			"or stop it there and share the work, of which nothing is lost: `eisweep coordinator%s`, workers, and `eisweep launch` go on from where it was",
			h.Command, a.path, h.PID, h.Host, h.Since.Local().Format(time.DateTime), a.flags)
	case a.isStorage():
		return a.short()
	}
	return fmt.Sprintf("%s; start one, here or on another machine that shares the folder: eisweep coordinator%s", a.short(), a.flags)
}

// short says that nobody answers, and why, without a remedy.
func (a *absentError) short() string {
	text := "no coordinator runs for " + a.path
	switch {
	case a.why != nil:
		text = fmt.Sprintf("no coordinator answers for %s (%s)", a.path, cli.FirstLine(a.why.Error()))
		if a.unseen != nil {
			text += fmt.Sprintf("; whether one runs cannot be found out (%s)", cli.FirstLine(a.unseen.Error()))
		}
	case a.unseen != nil:
		text = fmt.Sprintf("whether a coordinator runs for %s cannot be found out (%s)", a.path, cli.FirstLine(a.unseen.Error()))
	}
	return text
}

// ExitCode is 6 where somebody else has the root, 4 where the system does not say who has it, else 5.
func (a *absentError) ExitCode() int {
	switch {
	case a.running():
		return cli.ExitInUse
	case a.isStorage():
		return cli.ExitStorage
	}
	return cli.ExitLost
}

// isStorage says that the lock cannot be looked at, though this user may.
func (a *absentError) isStorage() bool {
	return a.unseen != nil && !errors.Is(a.unseen, fs.ErrPermission)
}

func (a *absentError) Unwrap() []error {
	return slices.DeleteFunc([]error{a.why, a.unseen}, func(err error) bool { return err == nil })
}

// elsewhere says that a coordinator is there all the same.
func (a *absentError) elsewhere() bool { return isCoordinator(a.holder) }

// running says that a `run` or its like is at work on the root.
func (a *absentError) running() bool { return a.holder.PID != 0 && !a.elsewhere() }

// isCoordinator tells a coordinator from other commands that have a root's lock.
func isCoordinator(h root.Holder) bool { return strings.Contains(h.Command+" ", " coordinator ") }

// newAbsent finds out who else may be at work on the root.
func newAbsent(e *cli.Env, r *root.Root, why error) *absentError {
	a := &absentError{path: r.Path(), rootFlag: e.RootFlag, flags: e.Flags(), why: why}
	a.holder, _, a.unseen = r.Holder()
	return a
}

// orAlone is an error of finding no coordinator: of a root where a `run` or its like is at
// work, that says so.
func orAlone(e *cli.Env, r *root.Root, err error) error {
	if a := newAbsent(e, r, err); a.running() {
		return a
	}
	return err
}

// openClient connects to the root's coordinator. The error is an *absentError
// when none answers.
func openClient(ctx context.Context, e *cli.Env, r *root.Root, c *connection) (*client, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	e.NATSFlags = c.options()
	open, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	q, err := c.open(open, r, protocol.Client, nil)
	if err != nil {
		return nil, absentOr(ctx, e, r, err)
	}
	out := &client{root: r, queue: q, patience: answerTime}
	if out.pong, err = out.ping(ctx); err != nil {
		q.Close()
		return nil, absentOr(ctx, e, r, err)
	}
	return out, nil
}

// absentOr makes an *absentError of an error that says that nobody is there.
func absentOr(ctx context.Context, e *cli.Env, r *root.Root, err error) error {
	switch {
	case ctx.Err() != nil:
		return cli.OrInterrupted(ctx, err)
	case errors.Is(err, access.ErrNoAccess):
		return newAbsent(e, r, nil)
	case errors.Is(err, queue.ErrNoCoordinator), errors.Is(err, natsconn.ErrUnreachable), errors.Is(err, queue.ErrNoQueue),
		errors.Is(err, context.DeadlineExceeded):
		return newAbsent(e, r, err)
	}
	return err
}

// clientFor opens the root and connects to its coordinator, for a command that
// can do nothing without one.
func clientFor(ctx context.Context, e *cli.Env, choice *selection.Root, c *connection) (*client, error) {
	path, err := choice.Announce(e)
	if err != nil {
		return nil, err
	}
	r, err := root.OpenExisting(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &absentError{path: path, flags: e.RootFlag + c.options()}
	}
	if err != nil {
		return nil, err
	}
	out, err := openClient(ctx, e, r, c)
	if err == nil {
		out.warnOfCopy(e)
	}
	return out, err
}

// warnOfCopy says so where what the coordinator tells, or does, is of another folder.
func (c *client) warnOfCopy(e *cli.Env) {
	if c.seesCopy() {
		e.Notef("nobody holds the lock of %s, though a coordinator answers for it: is this a copy (cp -a, rsync, a snapshot) of that "+
			"coordinator's folder? Everything happens there; for a copy to live on its own, remove its .eisweep", c.root.Path())
	}
}

// seesCopy tells whether the client's root is another than the coordinator's, with the
// same identity: its lock isn't that coordinator's. From another machine that is sure
// only where another name is on the lock.
func (c *client) seesCopy() bool {
	signed, held, err := c.root.LookAtLock()
	if err != nil || held {
		return false
	}
	host, err := os.Hostname()
	return err == nil && (signed.Host != c.pong.Host || signed.PID != c.pong.PID || signed.Host == host)
}

func (c *client) close() { c.queue.Close() }
