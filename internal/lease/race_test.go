package lease

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"eisweep/internal/root"
)

// script decides, for one host, what happens before its requests reach the server.
type script struct {
	mu sync.Mutex
	do map[string]func() // by request; run once
}

func (s *script) before(request string) {
	s.mu.Lock()
	f := s.do[request]
	delete(s.do, request)
	s.mu.Unlock()
	if f != nil {
		f()
	}
}

// next has a function run before the next such request.
func (s *script) next(request string, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.do[request] = f
}

func wait(d time.Duration) { <-time.After(d) }

// race lets host 0 own a root and host 1 acquire it, after set has laid down what delays them, and wants at most one that
// may write until two minutes after host 1 owns it.
func race(t *testing.T, set func(w *world, owner *Lease, first, second *script)) {
	r := openRoot(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, r, 2, func() time.Duration { return 0 })
		scripts := []*script{{do: map[string]func(){}}, {do: map[string]func(){}}}
		for n, h := range w.hosts {
			h.before = scripts[n].before
		}
		a := w.spawn(t.Context(), w.hosts[0], root.Holder{})
		wait(time.Second)
		set(w, a.owned(), scripts[0], scripts[1])
		b := w.spawn(t.Context(), w.hosts[1], root.Holder{})
		var end time.Time
		for ; end.IsZero() || time.Now().Before(end); wait(100 * time.Millisecond) {
			synctest.Wait()
			if may := w.writers(); len(may) > 1 {
				t.Errorf("after %v both may write", time.Since(w.hosts[0].begun))
				break
			}
			if end.IsZero() && b.owned() != nil {
				end = time.Now().Add(2 * time.Minute)
			}
		}
		if !b.authorizeWrite() {
			t.Error("the second doesn't own the root")
		}
		a.kill()
		b.kill()
		wait(time.Hour)
	})
}

// TestAnOwnerRenewsAfterTheLastRead lets an owner that stood still renew between the candidate's last read and its epoch.
func TestAnOwnerRenewsAfterTheLastRead(t *testing.T) {
	race(t, func(_ *world, _ *Lease, first, second *script) {
		resume := make(chan struct{})
		first.next("rewrite", func() { <-resume })
		second.next("create", func() {
			close(resume)
			wait(3 * time.Second) // the owner's outdated renewal ends, and it renews anew
		})
	})
}

// TestAnOwnerRenewsDuringTheTakeover creates the next epoch after an owner looked for one and before it writes its counter,
// which the successor then has seen unchanged.
func TestAnOwnerRenewsDuringTheTakeover(t *testing.T) {
	r := openRoot(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, r, 2, func() time.Duration { return 0 })
		s := script{do: map[string]func(){}}
		w.hosts[0].before = s.before
		a := w.spawn(t.Context(), w.hosts[0], root.Holder{})
		wait(time.Second)
		s.next("rewrite", func() {
			if err := w.hosts[1].create(record{Epoch: 2}); err != nil {
				t.Error(err)
			}
		})
		w.hosts[0].step(time.Hour) // ends the term
		if err := a.owned().Check(t.Context()); !errors.Is(err, ErrLost) || a.authorizeWrite() {
			t.Errorf("it says %v", err)
		}
		a.kill()
		wait(time.Hour)
	})
}

// TestATermBeginsWithTheRenewal delays the answer to a renewal: the term counts from when it was sent.
func TestATermBeginsWithTheRenewal(t *testing.T) {
	race(t, func(_ *world, owner *Lease, first, _ *script) {
		first.next("rewrite", func() {
			first.next("latest", func() {
				wait(30 * time.Second)
				first.next("rewrite", func() { wait(3 * time.Minute) }) // and no further renewal
			})
		})
		owner.ask()
		wait(time.Second)
	})
}

// TestAnOutdatedEpochOwnsNothing lets a candidate create its epoch after others have owned the root and gone.
func TestAnOutdatedEpochOwnsNothing(t *testing.T) {
	r := openRoot(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, r, 2, func() time.Duration { return 0 })
		slow, resume := script{do: map[string]func(){}}, make(chan struct{})
		slow.next("create", func() { <-resume })
		w.hosts[1].before = slow.before
		late := make(chan error, 1)
		go func() {
			_, err := Acquire(t.Context(), Config{Root: r, Lock: &ownLock{}, store: w.hosts[1], now: w.hosts[1].now, boot: "b"})
			late <- err
		}()
		synctest.Wait()
		var owners []*process
		for n := range 4 {
			p := w.spawn(t.Context(), w.hosts[0], root.Holder{})
			wait(time.Second)
			owners = append(owners, p)
			if n < 3 {
				if err := p.owned().Release(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		close(resume)
		if err := <-late; !errors.Is(err, ErrLost) || !errors.As(err, new(*root.InUseError)) {
			t.Errorf("it says %v", err)
		}
		if !owners[3].authorizeWrite() {
			t.Error("the owner doesn't own the root any more")
		}
		owners[3].kill()
		wait(time.Hour)
	})
}

// TestNobodyTakesOverWhileStorageIsAway stops the file server for three minutes.
func TestNobodyTakesOverWhileStorageIsAway(t *testing.T) {
	r := openRoot(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, r, 2, func() time.Duration { return 0 })
		a := w.spawn(t.Context(), w.hosts[0], root.Holder{})
		wait(time.Second)
		for _, h := range w.hosts {
			h.halt(3 * time.Minute)
		}
		b := w.spawn(t.Context(), w.hosts[1], root.Holder{})
		wait(2 * time.Minute)
		select {
		case <-a.owned().Expired():
		default:
			t.Error("the owner hasn't noticed")
		}
		wait(3 * time.Minute)
		if !a.authorizeWrite() || b.owned() != nil || w.counts["refused"] != 1 {
			t.Errorf("the first may write: %v; of the second came %v", a.authorizeWrite(), w.counts)
		}
		a.kill()
		wait(time.Hour)
	})
}

// TestCheckRenewsATermThatEnded halts an owner, which may write again once it has renewed.
func TestCheckRenewsATermThatEnded(t *testing.T) {
	r := openRoot(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, r, 1, func() time.Duration { return 0 })
		h := w.hosts[0]
		a := w.spawn(t.Context(), h, root.Holder{})
		wait(time.Second)
		for _, step := range []time.Duration{time.Hour, -time.Hour, -time.Second} {
			h.step(step)
			if a.owned().Valid() {
				t.Errorf("valid after a step of the time of day by %v", step)
			}
			if err := a.owned().Check(t.Context()); err != nil || !a.authorizeWrite() {
				t.Errorf("after a step of the time of day by %v: %v", step, err)
			}
		}
		h.halt(time.Minute)
		wait(50 * time.Second)
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := a.owned().Check(soon); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while storage is away: %v", err)
		}
		if err := a.owned().Check(t.Context()); err != nil {
			t.Errorf("when it is back: %v", err)
		}
		a.kill()
		wait(time.Hour)
	})
}
