package lease

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// blocked is a log on storage that does not answer until it is closed.
type blocked struct {
	slog.Handler
	until chan struct{}
}

func (b *blocked) Enabled(context.Context, slog.Level) bool { return true }

func (b *blocked) Handle(context.Context, slog.Record) error {
	<-b.until
	return nil
}

// failingLock is a lock that its file server stops to answer for.
type failingLock struct {
	ownLock
	fails atomic.Bool
}

func (l *failingLock) Check() error {
	if l.fails.Load() {
		return unix.EREMOTEIO
	}
	return nil
}

// The term ends on time although the log is on the storage that does not answer, as standard error of a batch job or of
// a detached coordinator can be.
func TestTheTermEndsAlthoughTheLogBlocks(t *testing.T) {
	r := openRoot(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, r, 1, func() time.Duration { return 0 })
		log := &blocked{slog.DiscardHandler, make(chan struct{})}
		lock := new(failingLock)
		l, err := Acquire(t.Context(), Config{
			Root: r, Lock: lock, store: w.hosts[0], now: w.hosts[0].now, boot: "boot of h0", Log: slog.New(log),
		})
		if err != nil {
			t.Fatal(err)
		}
		wait(time.Second)
		lock.fails.Store(true)
		wait(defaultTerm + 4*time.Second)
		select {
		case <-l.Expired():
		default:
			t.Error("the lease has not expired")
		}
		if l.Valid() {
			t.Error("a write may start")
		}
		close(log.until)
		l.close()
		wait(time.Hour)
	})
}
