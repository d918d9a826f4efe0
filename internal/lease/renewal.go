package lease

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"eisweep/internal/root"
)

// keep renews the lease until it is lost or closed. Only this goroutine waits for storage.
func (l *Lease) keep() {
	defer close(l.finished)
	tick := time.NewTicker(l.config.renewal())
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-l.demand:
		case <-l.quit:
			return
		}
		for !l.tryRenew() {
			select {
			case <-time.After(l.config.prompt()):
			case <-l.quit:
				return
			}
		}
		if l.isLost() {
			return
		}
	}
}

// tryRenew renews the lease once, and reports whether there is nothing more to do for now.
func (l *Lease) tryRenew() bool {
	err := l.renew()
	// A directory that is gone, unlike one that cannot be read, doesn't come back.
	final := errors.Is(err, ErrLost) || errors.Is(err, root.ErrLockLost) || errors.Is(err, fs.ErrNotExist)
	if final {
		l.lose(err)
	}
	l.mu.Lock()
	if err != nil && l.failure == nil && !final {
		l.report(slog.LevelWarn, "renew ownership of root", "error", err)
	}
	l.failure = err
	close(l.attempt)
	l.attempt = make(chan struct{})
	l.mu.Unlock()
	return err == nil || final
}

func (l *Lease) isLost() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err != nil
}

// renew rewrites the counter. It looks for higher epochs before, because a term that has ended may have a successor,
// and again afterwards. A successor that is created later than that finds the new counter.
func (l *Lease) renew() error {
	begun := l.config.now()
	if err := l.verify(); err != nil {
		return err
	}
	if err := l.config.Lock.Check(); err != nil {
		return err
	}
	l.mu.Lock()
	l.record.Counter++
	own := l.record
	l.mu.Unlock()
	if err := l.config.store.rewrite(own); err != nil {
		return err
	}
	if err := l.verify(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.term = term{begun: begun, latest: begun}
	return nil
}

// verify returns nil if the highest epoch is this lease's. The error wraps ErrLost if it is not.
func (l *Lease) verify() error {
	found, err := l.config.store.latest()
	switch {
	case err != nil:
		return err
	case found.Epoch > l.epoch:
		return fmt.Errorf("%w: %w", ErrLost, &root.InUseError{Path: l.config.Root.Path(), Holder: found.Holder})
	case found.Epoch < l.epoch, found.Mark != "" && found.Mark != l.record.Mark:
		return fmt.Errorf("%w: its record in %s was removed", ErrLost, l.config.Root.Private("owner"))
	}
	return nil
}

// watch closes expired when a term has ended without a successful renewal. Timers do not see suspended time or changes
// of the time of day, so it polls the clocks. A process that stood still tries to renew first.
func (l *Lease) watch() {
	tick := time.NewTicker(l.config.poll())
	defer tick.Stop()
	var overdue time.Time
	for {
		select {
		case <-tick.C:
		case <-l.lost:
			return
		case <-l.quit:
			return
		}
		switch {
		case l.Valid():
			overdue = time.Time{}
		case overdue.IsZero():
			overdue = time.Now()
			l.ask()
		case time.Since(overdue) >= l.config.prompt():
			l.report(slog.LevelError, "ownership of the root could not be renewed", "seconds", int(l.sinceRenewal().Seconds()))
			l.mu.Lock()
			defer l.mu.Unlock()
			l.expire()
			return
		}
	}
}
