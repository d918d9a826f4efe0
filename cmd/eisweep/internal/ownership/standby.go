package ownership

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/atomicfile"
	"eisweep/internal/lease"
	"eisweep/internal/root"
)

// Await opens a root as Open does, but waits while another process owns it: until that process releases the root, ends, or has not
// renewed its ownership for so long that it may not write any more. It calls waiting for each owner that it waits for, the
// zero Holder if that is unknown. Once it has
// looked at the root, it also waits while the storage does not answer, or is full.
func Await(ctx context.Context, e *cli.Env, path string, log *slog.Logger, waiting func(owner root.Holder)) (*Root, error) {
	r, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	standby, err := lease.NewStandby(leaseConfig(e, r, log))
	if err != nil {
		return nil, err
	}
	away := client.Retry{Message: "the storage of the root does not answer; standing by until it does", Log: log}
	var announced root.Holder
	for looked := false; ; {
		o, err := take(ctx, r, standby)
		switch {
		case err == nil && o != nil:
			return o, nil
		case ctx.Err() != nil:
			return nil, cli.OrInterrupted(ctx, errors.Join(ctx.Err(), err))
		case err != nil && looked && mayPass(err):
			if err := away.Wait(ctx, err); err != nil {
				return nil, err
			}
			continue
		case err != nil:
			return nil, err
		}
		if owner := standby.Owner(); owner != announced || !looked {
			waiting(owner)
			announced, looked = owner, true
		}
		select {
		case <-time.After(standby.Pause()):
		case <-ctx.Done():
			return nil, cli.OrInterrupted(ctx, ctx.Err())
		}
	}
}

// mayPass reports whether an error of storage may end by itself. A directory that is gone, unlike one that cannot be read, doesn't
// come back.
func mayPass(err error) bool { return atomicfile.IsStorage(err) && !errors.Is(err, fs.ErrNotExist) }

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
	switch {
	case l != nil:
		return (&Root{Root: r, Lease: l, lock: got.lock}).begin(ctx)
	case ctx.Err() != nil:
		return nil, ctx.Err() // to close a file may take as long as the storage is away
	}
	return nil, errors.Join(err, got.lock.Unlock())
}
