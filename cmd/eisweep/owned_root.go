package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/ledger"
	"eisweep/internal/lease"
	"eisweep/internal/root"
)

// ownedRoot is a root that this process owns: nobody else writes to it.
type ownedRoot struct {
	*root.Root
	lock  *root.Lock
	lease *lease.Lease
}

// openRoot opens a root for a command that changes something, and makes this process its owner. If the owner before may be
// alive or dead, it says so by tell, and waits until that one shows whether it is.
func openRoot(ctx context.Context, e *cli.Env, path string, log *slog.Logger, tell func(format string, args ...any)) (*ownedRoot, error) {
	r, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	o := &ownedRoot{Root: r}
	if o.lock, err = r.Lock(cli.Version(), commandLine()); err != nil {
		return nil, orCoordinated(err)
	}
	o.lease, err = lease.Acquire(ctx, lease.Config{
		Root: r, Lock: o.lock, Term: cli.OwnershipTerm(e), Log: log,
		Waiting: func(h root.Holder, d time.Duration) { tell("%s", unreleased(r.Path(), h, d)) },
	})
	if err != nil {
		return nil, errors.Join(cli.OrInterrupted(ctx, orCoordinated(err)), o.lock.Unlock())
	}
	if err := errors.Join(o.lock.Sign(), o.fence(ctx)); err != nil {
		return nil, errors.Join(cli.OrInterrupted(ctx, err), o.close())
	}
	return o, nil
}

// fence keeps out the writes of an owner before that may still be alive.
func (o *ownedRoot) fence(ctx context.Context) error {
	if !o.lease.MustFence() {
		return nil
	}
	if err := ledger.Fence(o.Root, func() error { return o.lease.Check(ctx) }); err != nil {
		return err
	}
	o.lease.Fenced()
	return nil
}

// unreleased says what is waited for.
func unreleased(path string, h root.Holder, d time.Duration) string {
	who := "an eisweep whose record is damaged"
	if h.PID != 0 {
		who = fmt.Sprintf("`%s` (process %d on %s, since %s)", h.Command, h.PID, h.Host, h.Since.Local().Format(time.DateTime))
	}
	return fmt.Sprintf("%s was not released by %s, which may be alive: waiting for a sign of life; without one this process takes the root over in %s",
		path, who, d.Round(time.Second))
}

// until returns a context that also ends when this process may no longer write to the root, with why as its cause.
func (o *ownedRoot) until(ctx context.Context) (context.Context, context.CancelFunc) {
	owned, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-o.lease.Expired():
			cancel(fmt.Errorf("%s: %w", o.Path(), errExpired))
		case <-owned.Done():
		}
	}()
	return owned, func() { cancel(nil) }
}

// errExpired is wrapped when the storage of the root was away for longer than an owner may rely on owning it.
var errExpired = cli.Errorf(cli.ExitStorage, "the storage of the root did not answer for so long that another process may own the root by now")

// lost says why the root is lost to another process; nil while it isn't.
func (o *ownedRoot) lost() error {
	select {
	case <-o.lease.Lost():
		return o.lease.Check(context.Background())
	default:
		return nil
	}
}

// close gives the root up. The caller has ended whatever writes to it.
func (o *ownedRoot) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	return errors.Join(o.lease.Release(ctx), o.lock.Unlock())
}
