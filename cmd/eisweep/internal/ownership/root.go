package ownership

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/coordinator/ledger"
	"eisweep/internal/lease"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
)

// Root is a root directory that this process owns: no other process writes to it.
type Root struct {
	*root.Root
	Lease *lease.Lease

	lock      *root.Lock
	published atomic.Bool // Publish has written its file
}

// Open opens a root for a command that changes something, and makes this process its owner. If it is unknown whether the previous
// owner is alive, it says so by notef, and waits until that is known.
func Open(ctx context.Context, e *cli.Env, path string, log *slog.Logger, notef func(format string, args ...any)) (*Root, error) {
	r, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	o := &Root{Root: r}
	if o.lock, err = r.Lock(cli.Version(), commandLine()); err != nil {
		return nil, ExplainInUse(err)
	}
	c := leaseConfig(e, r, log)
	c.Lock = o.lock
	c.Waiting = func(h root.Holder, d time.Duration) { notef("%s", unreleased(r.Path(), h, d)) }
	if o.Lease, err = lease.Acquire(ctx, c); err != nil {
		return nil, errors.Join(cli.OrInterrupted(ctx, ExplainInUse(err)), o.lock.Unlock())
	}
	return o.begin(ctx)
}

func leaseConfig(e *cli.Env, r *root.Root, log *slog.Logger) lease.Config {
	return lease.Config{Root: r, Term: cli.OwnershipTerm(e), Log: log, Protocol: protocol.Compatibility()}
}

// begin prepares a root that this process has just become the owner of, or closes it.
func (o *Root) begin(ctx context.Context) (*Root, error) {
	if err := errors.Join(o.lock.Sign(), o.fence(ctx)); err != nil {
		return nil, errors.Join(cli.OrInterrupted(ctx, err), o.Close())
	}
	return o, nil
}

// fence keeps out late writes of a previous owner that may still be alive.
func (o *Root) fence(ctx context.Context) error {
	if !o.Lease.MustFence() {
		return nil
	}
	if err := ledger.Fence(o.Root, func() error { return o.Lease.Check(ctx) }); err != nil {
		return err
	}
	o.Lease.Fenced()
	return nil
}

// unreleased says which owner did not release the root, and how long this process waits.
func unreleased(path string, h root.Holder, d time.Duration) string {
	who := "an eisweep whose record is damaged"
	if h.PID != 0 {
		who = fmt.Sprintf("`%s` (process %d on %s, since %s)", h.Command, h.PID, h.Host, h.Since.Local().Format(time.DateTime))
	}
	return fmt.Sprintf("%s was not released by %s, which may still run: waiting for it to renew its ownership; "+
		"if it does not, this process takes over in %s",
		path, who, cli.Duration(d.Round(time.Second)))
}

// Until returns a context that also ends when this process may no longer write to the root, with why as its cause.
func (o *Root) Until(ctx context.Context) (context.Context, context.CancelFunc) {
	owned, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-o.Lease.Expired():
			cancel(fmt.Errorf("%s: %w", o.Path(), ErrExpired))
		case <-owned.Done():
		}
	}()
	return owned, func() { cancel(nil) }
}

// ErrExpired is wrapped when the storage of the root was away for longer than an owner may rely on owning it.
var ErrExpired = cli.Errorf(cli.ExitStorage,
	"the storage of the root did not answer for so long that another process may own the root by now")

// Lost says why the root is lost to another process; nil while it isn't.
func (o *Root) Lost() error {
	select {
	case <-o.Lease.Lost():
		return o.Lease.Check(context.Background())
	default:
		return nil
	}
}

// Close releases the root. The caller has ended whatever writes to it.
func (o *Root) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), FlushTimeout)
	defer cancel()
	var err error
	if o.published.Load() && o.Lease.Valid() {
		err = client.RemoveRunReport(o.Root)
	}
	return errors.Join(err, o.Lease.Release(ctx), o.lock.Unlock())
}
