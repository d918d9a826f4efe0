package lease

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"eisweep/internal/root"
)

// Acquire makes this process, which must hold the root's lock, the owner of the root. While the previous owner may be
// alive or dead, it waits. The error is a *root.InUseError as soon as the previous owner, or a faster candidate, shows
// that it is alive; it wraps ctx's error when ctx ends first. The caller must call Release in the end.
func Acquire(ctx context.Context, c Config) (*Lease, error) {
	if err := c.setDefaults(); err != nil {
		return nil, err
	}
	w := candidate{Config: c}
	for {
		l, err := w.try(ctx)
		if err != nil {
			return nil, fmt.Errorf("acquire root: %w", err)
		}
		if l != nil {
			return l, nil
		}
		if err := pause(ctx, c.interval()); err != nil {
			return nil, fmt.Errorf("wait for the end of `%s` (process %d on %s): %w", w.seen.Command, w.seen.PID, w.seen.Host, err)
		}
	}
}

// candidate is a process that wants to own a root.
type candidate struct {
	Config
	seen      record        // what all reads so far have found
	reads     int           // the number of these reads, without a gap
	last      time.Duration // when the last of them began, by the boot-time clock
	spacing   time.Duration // how far apart reads must begin to be counted, if the caller's pauses do not say it
	announced bool          // Waiting was called
	failing   bool          // the last read failed
	claimed   string        // the mark of the last record that this process created
}

// try looks once, and becomes the owner if it may. If it returns neither a lease nor an error, it is to be called
// again.
func (w *candidate) try(ctx context.Context) (*Lease, error) {
	begun := w.now().boot
	found, err := within(ctx, w.store.latest)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && w.reads == 0 && !w.announced:
		return nil, err
	case err != nil:
		w.fail(err)
		return nil, nil
	}
	w.failing = false
	switch {
	case found.Epoch == 0 && !w.Lock.Held():
		return nil, nil // an owner that is about to create its record, or of an earlier version
	case found.Boot == w.boot && !w.Lock.Held() && (found.Mark == "" || found.Mark != w.claimed):
		w.seen, w.reads = found, 0 // its process exists on this kernel, if only stopped; the lock becomes free when it ends
		return nil, nil
	case found.Epoch == 0:
		return w.claim(ctx, found, w.isFirst())
	case w.Lock.Held() && (found.Released || w.isDead(&found)):
		return w.claim(ctx, found, true)
	case w.reads > 0 && !found.isUnchanged(&w.seen):
		return nil, &root.InUseError{Path: w.Root.Path(), Holder: found.Holder}
	}
	if w.reads > 0 && begun-w.last < w.spacing {
		return nil, nil
	}
	w.count(found, begun, w.now().boot-begun)
	if w.reads == reads {
		w.reads = 0
		return w.claim(ctx, found, false)
	}
	w.announce(found)
	return nil, nil
}

// fail notes that the owner's record cannot be read, which says nothing about the owner.
func (w *candidate) fail(err error) {
	if !w.failing {
		w.Log.Warn("look for the owner of the root", "error", err)
	}
	w.failing, w.reads = true, 0
}

// isDead reports whether the owner's process has certainly ended. It signed the lock that this process holds now.
// Either it did so on the same kernel, which would still give it the lock if it were alive. Or both processes have the
// root on a file system that only one kernel mounts at a time: then the owner's kernel is this one or has ended since,
// as after a reboot. Equal names of hosts prove nothing, because containers, chroots and machines that are made from
// one image share them, and one of these may reach the root by NFS. But an owner that did has not recorded its file
// system as local.
func (w *candidate) isDead(found *record) bool {
	if found.PID == 0 || found.Holder != w.Lock.Previous() {
		return false
	}
	sameKernel := found.Boot == w.boot && found.Host == w.Lock.Holder().Host
	return sameKernel || found.Local && w.local
}

// isFirst reports whether no owner of an earlier version, which left only its signature in the lock, can have been cut
// off on another host.
func (w *candidate) isFirst() bool {
	previous := w.Lock.Previous()
	return previous.PID == 0 || previous.Host == w.Lock.Holder().Host
}

// count adds a read that began at a given time and took a given time. After a slow read or a gap, the owner may have
// been without storage as well, so counting starts again.
func (w *candidate) count(found record, begun, took time.Duration) {
	if took > w.prompt() || w.reads > 0 && begun-w.last > w.interval()+2*w.prompt() {
		w.reads = 0
	}
	if took <= w.prompt() {
		w.reads++
	}
	w.seen, w.last = found, begun
}

func (w *candidate) announce(found record) {
	if !w.announced && w.Waiting != nil {
		w.Waiting(found.Holder, w.patience())
	}
	w.announced = true
}

// claim creates the next epoch, which only one process can, and then takes the lock if that is still held by another.
func (w *candidate) claim(ctx context.Context, previous record, dead bool) (*Lease, error) {
	own := w.next(previous, dead)
	begun := w.now()
	_, err := within(ctx, func() (record, error) { return own, w.store.create(own) })
	if errors.Is(err, fs.ErrExist) {
		return nil, nil // another was faster: the next look finds it
	}
	if err != nil {
		return nil, err
	}
	w.claimed = own.Mark
	if _, err := within(ctx, func() (none struct{}, err error) { return none, w.Lock.Take() }); err != nil {
		return nil, err
	}
	l := newLease(w.Config, own)
	l.crashed, l.before = previous.Epoch > 0 && !previous.Released, previous.Holder
	if err := w.confirm(ctx, l, begun, previous, dead); err != nil {
		if dead { // otherwise the previous owner may still write, and the next one must wait for it
			own.Released = true
			_ = w.store.rewrite(own) // unless that succeeds, the next one waits as well
		}
		return nil, err
	}
	l.start()
	return l, nil
}

// confirm makes sure that nobody else may write. A candidate that stood still may have created an outdated epoch, and
// an owner that stood still may have renewed after the last read. Such an owner verified its renewal before this epoch
// existed, so it stops within its term.
func (w *candidate) confirm(ctx context.Context, l *Lease, begun instant, previous record, dead bool) error {
	alive, err := within(ctx, func() (bool, error) {
		if err := l.verify(); err != nil || dead {
			return false, err
		}
		now, err := w.store.read(previous.Epoch)
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return err == nil && !now.isUnchanged(&previous), err
	})
	if err != nil {
		return err
	}
	if !alive {
		l.term = term{begun: begun, latest: begun}
		return nil
	}
	if err := pause(ctx, w.Term+w.interval()); err != nil {
		return err
	}
	return l.renew()
}

// within calls f, and returns earlier if ctx ends: a file server that does not answer can block a call indefinitely.
func within[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		value, err := f()
		answers <- answer{value, err}
	}()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
