package lease

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"eisweep/internal/root"
)

// ErrLost is wrapped when the root has another owner: this process must not write any more.
var ErrLost = errors.New("this process does not own the root any more")

// Lease is the ownership of a root. Its methods are safe for concurrent use.
type Lease struct {
	config  Config
	epoch   uint64
	crashed bool // the previous owner did not release the root
	before  root.Holder

	demand   chan struct{} // asks for a renewal now
	quit     chan struct{} // ends the goroutines
	once     sync.Once
	finished chan struct{} // closed when renewals have ended
	lost     chan struct{} // closed with the lease
	expired  chan struct{} // closed when a term ended without a renewal, or the lease is lost

	mu      sync.Mutex
	record  record // belongs to the renewing goroutine while that runs, except Unfenced
	term    term
	err     error         // why it is lost or released
	attempt chan struct{} // closed at the end of an attempt to renew, and replaced
	failure error         // of the last attempt
}

func newLease(c Config, own record) *Lease {
	return &Lease{
		config: c, epoch: own.Epoch, record: own, demand: make(chan struct{}, 1), quit: make(chan struct{}), finished: make(chan struct{}),
		lost: make(chan struct{}), expired: make(chan struct{}), attempt: make(chan struct{}),
	}
}

// start begins to renew, and removes the records of earlier owners.
func (l *Lease) start() {
	if err := l.config.store.prune(l.epoch - 1); err != nil {
		l.config.Log.Warn("the root has a new owner", "error", err)
	}
	go l.keep()
	go l.watch()
}

// Epoch is the owner's number, from 1. No two owners of a root have the same.
func (l *Lease) Epoch() uint64 { return l.epoch }

// PreviousCrashed reports whether the previous owner ended without releasing the root.
func (l *Lease) PreviousCrashed() bool { return l.crashed }

// Previous is the previous owner; zero if there was none, or its record is damaged.
func (l *Lease) Previous() root.Holder { return l.before }

// Valid reports whether a write may start now. It never waits. If it returns false, the lease need not be lost: Check
// renews it.
func (l *Lease) Valid() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err == nil && l.term.covers(l.config.now(), l.config.Term)
}

// Check returns nil if a write may start now. If storage does not let the lease be renewed, Check waits. The error says
// why the lease is lost, wraps os.ErrClosed after Release, and otherwise wraps ctx's error.
func (l *Lease) Check(ctx context.Context) error {
	for {
		l.mu.Lock()
		attempt, err, failure := l.attempt, l.err, l.failure
		l.mu.Unlock()
		if err != nil {
			return fmt.Errorf("check ownership of root: %w", err)
		}
		if l.Valid() {
			return nil
		}
		l.ask()
		select {
		case <-attempt:
		case <-l.lost:
		case <-l.quit:
		case <-ctx.Done():
			return fmt.Errorf("check ownership of root: %w", errors.Join(ctx.Err(), failure))
		}
	}
}

// ask requests a renewal now.
func (l *Lease) ask() {
	select {
	case l.demand <- struct{}{}:
	default: // a renewal is already requested
	}
}

// Verify returns nil if there has been no later owner, also after Release. The error wraps ErrLost if there has been
// one, and ctx's error if storage does not answer before ctx ends.
func (l *Lease) Verify(ctx context.Context) error {
	_, err := within(ctx, func() (struct{}, error) { return struct{}{}, l.verify() })
	return err
}

// Lost is closed when the lease is lost. Check then says why.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// Expired is closed within 3 s after T if storage did not let the lease be renewed for a whole term, or when the lease
// is lost. Services that others use through this process must then end, since another process may own the root soon.
func (l *Lease) Expired() <-chan struct{} { return l.expired }

// Released is closed by Release.
func (l *Lease) Released() <-chan struct{} { return l.quit }

// MustFence reports whether writes of an earlier owner can still arrive. Files that are appended to then need new
// inodes first.
func (l *Lease) MustFence() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.record.Unfenced
}

// Fenced notes that all such files have new inodes. Until the record says so, the next owner must fence them again.
func (l *Lease) Fenced() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.record.Unfenced = false
}

// Release gives up the root, so that the next owner need not wait. The caller must have ended all writes. After an
// error, the next owner waits until this one's record has been unchanged for long enough. A second call does nothing.
func (l *Lease) Release(ctx context.Context) error {
	first, lost := l.close()
	if !first || lost {
		return nil
	}
	_, err := within(ctx, func() (none struct{}, err error) {
		<-l.finished
		l.mu.Lock()
		own := l.record
		l.mu.Unlock()
		own.Counter, own.Released = own.Counter+1, true
		return none, l.config.store.rewrite(own)
	})
	if err != nil {
		return fmt.Errorf("release root: %w", err)
	}
	return nil
}

// close ends the lease. It reports whether this call was the first, and whether the lease was lost before.
func (l *Lease) close() (first, lost bool) {
	l.once.Do(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		first, lost = true, l.err != nil
		if !lost {
			l.err = os.ErrClosed
		}
		close(l.quit)
	})
	return first, lost
}

// lose ends the lease for good.
func (l *Lease) lose(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return
	}
	l.err = err
	close(l.lost)
	l.expire()
	l.report(slog.LevelError, "the root is lost to another process", "epoch", l.epoch, "error", err)
}

// report logs without waiting: the log may be on the storage that does not answer.
func (l *Lease) report(level slog.Level, message string, args ...any) {
	go l.config.Log.Log(context.Background(), level, message, args...)
}

// expire closes expired. The caller holds mu.
func (l *Lease) expire() {
	select {
	case <-l.expired:
	default:
		close(l.expired)
	}
}

// sinceRenewal is how long ago the last successful renewal began.
func (l *Lease) sinceRenewal() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.config.now().boot - l.term.begun.boot
}
