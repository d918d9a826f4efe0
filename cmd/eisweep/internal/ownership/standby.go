package ownership

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/lease"
	"eisweep/internal/root"
)

// Await opens a root as Open does, but waits while another process owns it: until that process releases the root, ends, or has not
// renewed its ownership for so long that it may not write any more. It calls waiting for each owner that it waits for.
func Await(ctx context.Context, e *cli.Env, path string, log *slog.Logger, waiting func(owner root.Holder)) (*Root, error) {
	r, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	standby, err := lease.NewStandby(leaseConfig(e, r, log))
	if err != nil {
		return nil, err
	}
	var announced root.Holder
	for {
		o, err := take(ctx, r, standby)
		if err != nil {
			return nil, cli.OrInterrupted(ctx, err)
		}
		if o != nil {
			return o.begin(ctx)
		}
		if owner := standby.Owner(); owner != announced {
			waiting(owner)
			announced = owner
		}
		select {
		case <-time.After(standby.Pause()):
		case <-ctx.Done():
			return nil, cli.OrInterrupted(ctx, ctx.Err())
		}
	}
}

// take makes this process the owner of a root if it may be; otherwise it returns nil. It returns when ctx ends, even while the root's
// storage does not answer.
func take(ctx context.Context, r *root.Root, standby *lease.Standby) (*Root, error) {
	type locked struct {
		lock *root.Lock
		err  error
	}
	locks := make(chan locked, 1)
	go func() {
		lock, err := r.TryLock(cli.Version(), commandLine())
		locks <- locked{lock, err}
	}()
	var got locked
	select {
	case got = <-locks:
	case <-ctx.Done():
		return nil, ctx.Err() // the process ends, and a lock that it gets with it
	}
	if got.err != nil {
		return nil, got.err
	}
	l, err := standby.Try(ctx, got.lock)
	if l == nil {
		return nil, errors.Join(err, got.lock.Unlock())
	}
	return &Root{Root: r, Lease: l, lock: got.lock}, nil
}
