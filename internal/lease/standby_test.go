package lease

import (
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"eisweep/internal/root"
)

// standby has two hosts: the first owns the root, and the second stands by. It ends the first as given, and returns how long
// after that the second owned the root, and its lease.
func standby(t *testing.T, held bool, end func(t *testing.T, w *world, owner *process)) (after time.Duration, l *Lease) {
	t.Helper()
	r := openRoot(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, r, 2, func() time.Duration { return 0 })
		a := w.spawn(t.Context(), w.hosts[0], root.Holder{})
		wait(time.Second)
		until := time.Duration(0)
		if held {
			until = time.Hour
		}
		b := w.spawnStandby(t.Context(), w.hosts[1], until)
		for range 10 * 60 * 10 { // ten minutes
			wait(100 * time.Millisecond)
			if b.owned() != nil || !a.authorizeWrite() {
				t.Fatalf("the standby owns the root after %v although its owner is alive", time.Since(w.hosts[0].begun))
			}
		}
		end(t, w, a)
		for begun := time.Now(); b.owned() == nil; wait(100 * time.Millisecond) {
			if after = time.Since(begun); after > 10*time.Minute {
				t.Fatal("the standby never owns the root")
			}
			if a.authorizeWrite() && b.authorizeWrite() {
				t.Fatal("both may write")
			}
		}
		synctest.Wait()
		l = b.owned()
		if !b.authorizeWrite() || a.authorizeWrite() {
			t.Errorf("the owner may write: %v, its successor: %v", a.authorizeWrite(), b.authorizeWrite())
		}
		a.kill()
		b.kill()
		wait(time.Hour)
	})
	return after, l
}

// TestAStandbySucceeds ends owners in all ways. A standby that gets the lock waits no longer than for its next look.
func TestAStandbySucceeds(t *testing.T) {
	kill := func(_ *testing.T, _ *world, owner *process) { owner.kill() }
	release := func(t *testing.T, _ *world, owner *process) {
		if err := owner.owned().Release(t.Context()); err != nil {
			t.Error(err)
		}
	}
	halt := func(_ *testing.T, w *world, _ *process) { w.hosts[0].halt(time.Hour) }
	for name, c := range map[string]struct {
		held      bool // another process keeps the lock, as a file server does for a client that is gone
		end       func(*testing.T, *world, *process)
		from, to  time.Duration
		mustFence bool
	}{
		"released":            {false, release, 0, time.Second, false},
		"killed elsewhere":    {false, kill, 45 * time.Second, 71 * time.Second, true},
		"killed, lock held":   {true, kill, 45 * time.Second, 71 * time.Second, true},
		"stopped":             {false, halt, 45 * time.Second, 71 * time.Second, true},
		"stopped, lock held":  {true, halt, 45 * time.Second, 71 * time.Second, true},
		"released, lock held": {true, release, 45 * time.Second, 71 * time.Second, true},
	} {
		after, l := standby(t, c.held, c.end)
		if after < c.from || after > c.to || l.MustFence() != c.mustFence {
			t.Errorf("%s: the standby owned the root after %v, must fence: %v", name, after, l.MustFence())
		}
	}
}

// TestAStandbyNeedsAnOwnersRecordOrTheLock has a root without owners, whose lock another process holds: it may be about to own the root.
func TestAStandbyNeedsAnOwnersRecordOrTheLock(t *testing.T) {
	r := openRoot(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, r, 1, func() time.Duration { return 0 })
		p := w.spawnStandby(t.Context(), w.hosts[0], 5*time.Minute)
		wait(4 * time.Minute)
		if p.owned() != nil {
			t.Error("it owns the root before it has the lock")
		}
		wait(2 * time.Minute)
		if p.owned() == nil {
			t.Error("it doesn't own the root although it has the lock")
		}
		p.kill()
		wait(time.Hour)
	})
}

// TestAProcessOnTheSameKernelIsNotReplaced has a process that may only be stopped hold the lock on the standby's own host.
func TestAProcessOnTheSameKernelIsNotReplaced(t *testing.T) {
	r := openRoot(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, r, 1, func() time.Duration { return 0 })
		a := w.spawn(t.Context(), w.hosts[0], root.Holder{})
		wait(time.Second)
		p := w.spawnStandby(t.Context(), w.hosts[0], 10*time.Minute)
		a.kill()
		wait(9 * time.Minute)
		if p.owned() != nil {
			t.Error("it owns the root while the other process holds the lock")
		}
		wait(3 * time.Minute)
		if p.owned() == nil {
			t.Error("it doesn't own the root although it has the lock")
		}
		p.kill()
		wait(time.Hour)
	})
}

// TestOneOfManyStandbysSucceeds has four stand by, some with the lock of their mount, and kills each owner.
func TestOneOfManyStandbysSucceeds(t *testing.T) {
	r := openRoot(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, r, 4, func() time.Duration { return 0 })
		for n, h := range w.hosts {
			w.spawnStandby(t.Context(), h, time.Duration(n%2)*time.Hour)
		}
		for life := range len(w.hosts) {
			wait(2 * time.Minute)
			may := w.writers()
			if len(may) != 1 {
				t.Fatalf("after the end of %d owners, %d may write", life, len(may))
			}
			may[0].kill()
		}
		wait(time.Hour)
	})
}

// TestALockIsTakenFromAnother takes a real lock from a process that holds it.
func TestALockIsTakenFromAnother(t *testing.T) {
	r := openRoot(t)
	owner, l := onDisk(t, r)
	next, err := r.TryLock("v", "eisweep coordinator --standby")
	if err != nil || next.Held() || next.Previous() != (root.Holder{}) {
		t.Fatalf("held %v, previous %+v: %v", next.Held(), next.Previous(), err)
	}
	if err := next.Take(); err != nil || !next.Held() || next.Check() != nil {
		t.Fatalf("take: %v; check: %v", err, next.Check())
	}
	if err := owner.Check(); err == nil {
		t.Error("the lock was taken from its holder, whose check finds nothing")
	}
	l.ask()
	<-l.Lost()
	if held, err := r.TryLock("v", "third"); err != nil || held.Held() {
		t.Errorf("a third process has the lock as well: %v", err)
	}
	if err := next.Sign(); err != nil {
		t.Error(err)
	}
	if h, is, err := r.Holder(); err != nil || !is || h != next.Holder() {
		t.Errorf("the holder is %+v, %v: %v", h, is, err)
	}
	if err := next.Unlock(); err != nil {
		t.Error(err)
	}
}

// fullLock is the lock of a server that keeps it for a client that is gone. It cannot be taken at first, as on a full disk.
type fullLock struct {
	ownLock
	full *int // how often it still cannot be taken
}

func (l *fullLock) Take() error {
	if *l.full > 0 {
		*l.full--
		return syscall.ENOSPC
	}
	return l.ownLock.Take()
}

// TestAStandbyThatCannotTakeTheLockTriesAgain: its own record, of its own kernel, is then the latest.
func TestAStandbyThatCannotTakeTheLockTriesAgain(t *testing.T) {
	r := openRoot(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, r, 2, func() time.Duration { return 0 })
		a := w.spawn(t.Context(), w.hosts[0], root.Holder{})
		wait(time.Second)
		a.kill()
		h, full := w.hosts[1], 2
		me := root.Holder{Host: h.name, PID: 9, Command: "eisweep coordinator --standby"}
		s, err := NewStandby(Config{Root: r, store: h, now: h.now, boot: "boot of " + h.name})
		if err != nil {
			t.Fatal(err)
		}
		var l *Lease
		for begun := time.Now(); l == nil; wait(s.Pause()) {
			l, err = s.Try(t.Context(), &fullLock{ownLock{holder: me, unheld: true}, &full})
			if err != nil && !errors.Is(err, syscall.ENOSPC) {
				t.Fatal(err)
			}
			if time.Since(begun) > 10*time.Minute {
				t.Fatal("it never owns the root")
			}
		}
		if l.Epoch() != 4 || !l.MustFence() || full != 0 {
			t.Errorf("epoch %d, must fence: %v", l.Epoch(), l.MustFence())
		}
		if err := l.Release(t.Context()); err != nil {
			t.Error(err)
		}
		wait(time.Hour)
	})
}
