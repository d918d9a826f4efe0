package lease

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"eisweep/internal/root"
)

// TestWhenTheNextOwnerBegins has a root that another process owned, in all ways that it may have ended.
func TestWhenTheNextOwnerBegins(t *testing.T) {
	own := root.Holder{Host: "h0", PID: 1, Command: "eisweep coordinator"}
	of := func(change func(*record)) *record {
		r := &record{Epoch: 7, Holder: own, Boot: "boot of h0", Mark: "m", Counter: 5}
		change(r)
		return r
	}
	for name, c := range map[string]struct {
		there     *record
		previous  root.Holder
		local     bool // this host has the root on a file system that one kernel mounts at a time
		at        time.Duration
		mustFence bool
	}{
		"no record":                       {nil, root.Holder{}, false, 0, false},
		"an earlier version's lock here":  {nil, own, false, 0, false},
		"an earlier version's elsewhere":  {nil, root.Holder{Host: "far", PID: 4}, false, 0, true},
		"released":                        {of(func(r *record) { r.Released = true; r.Host = "far" }), root.Holder{}, false, 0, false},
		"released, files unfenced":        {of(func(r *record) { r.Released, r.Unfenced = true, true }), root.Holder{}, false, 0, true},
		"dead here":                       {of(func(*record) {}), own, false, 0, false},
		"dead before the last boot":       {of(func(r *record) { r.Boot = "another" }), own, false, 55 * time.Second, true},
		"on another host":                 {of(func(r *record) { r.Host = "far" }), own, false, 55 * time.Second, true},
		"the lock's file is a new one":    {of(func(*record) {}), root.Holder{}, false, 55 * time.Second, true},
		"the lock was another process's":  {of(func(*record) {}), root.Holder{Host: "h0", PID: 2}, false, 55 * time.Second, true},
		"a damaged record":                {&record{Epoch: 7}, root.Holder{}, false, 55 * time.Second, true},
		"before the last boot, local":     {of(func(r *record) { r.Boot, r.Local = "another", true }), own, true, 0, false},
		"before it, remote for the owner": {of(func(r *record) { r.Boot = "another" }), own, true, 55 * time.Second, true},
		"before it, remote for this host": {of(func(r *record) { r.Boot, r.Local = "another", true }), own, false, 55 * time.Second, true},
		"local, the lock's file a new one": {of(func(r *record) { r.Boot, r.Local = "another", true }), root.Holder{}, true, 55 * time.Second,
			true},
		"local, the lock another's": {of(func(r *record) { r.Boot, r.Local = "another", true }), root.Holder{Host: "h0", PID: 2}, true,
			55 * time.Second, true},
		"local, a damaged record and lock":  {&record{Epoch: 7, Local: true}, root.Holder{}, true, 55 * time.Second, true},
		"without /proc":                     {of(func(r *record) { r.Boot = "unknown-1" }), own, false, 55 * time.Second, true},
		"without /proc, local file systems": {of(func(r *record) { r.Boot, r.Local = "unknown-1", true }), own, true, 0, false},
	} {
		r := openRoot(t)
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, r, 1, func() time.Duration { return 0 })
			if c.there != nil {
				if err := w.hosts[0].create(*c.there); err != nil {
					t.Fatal(err)
				}
			}
			begun, told := time.Now(), time.Duration(0)
			l, err := Acquire(t.Context(), Config{
				Root:    r,
				Lock:    &ownLock{holder: root.Holder{Host: "h0", PID: 9}, previous: c.previous},
				store:   w.hosts[0],
				now:     w.hosts[0].now,
				boot:    "boot of h0",
				local:   c.local,
				Waiting: func(h root.Holder, d time.Duration) { told = d },
			})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if at := time.Since(begun); at != c.at || l.MustFence() != c.mustFence || (told > 0) != (c.at > 0) {
				t.Errorf("%s: after %v, must fence %v; told of %v", name, at, l.MustFence(), told)
			}
			if want := c.there != nil && !c.there.Released; l.PreviousCrashed() != want {
				t.Errorf("%s: it says that the previous owner crashed: %v, want %v", name, l.PreviousCrashed(), want)
			}
			if want := uint64(8); c.there != nil && l.Epoch() != want {
				t.Errorf("%s: epoch %d, want %d", name, l.Epoch(), want)
			}
			l.close()
			wait(time.Hour)
		})
	}
}

func TestALiveOwnerIsNamed(t *testing.T) {
	r := openRoot(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, r, 2, func() time.Duration { return 0 })
		a := w.spawn(t.Context(), w.hosts[0], root.Holder{})
		wait(time.Second)
		begun := time.Now()
		_, err := Acquire(t.Context(), Config{Root: r, Lock: &ownLock{}, store: w.hosts[1], now: w.hosts[1].now, boot: "b"})
		var used *root.InUseError
		if !errors.As(err, &used) || used.Holder != a.lock.holder {
			t.Errorf("it says %v", err)
		}
		if took := time.Since(begun); took > 15*time.Second {
			t.Errorf("after %v", took)
		}
		a.kill()
		wait(time.Hour)
	})
}

func TestTerms(t *testing.T) {
	day := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(boot, wall time.Duration) instant { return instant{time.Hour + boot, day.Add(wall)} }
	for name, c := range map[string]struct {
		looks []instant
		want  bool
	}{
		"at once":                    {[]instant{at(0, 0)}, true},
		"just before T":              {[]instant{at(40*time.Second-1, 40*time.Second-1)}, true},
		"at T":                       {[]instant{at(40*time.Second, 0)}, false},
		"at T by the time of day":    {[]instant{at(0, 40*time.Second)}, false},
		"the time of day steps back": {[]instant{at(time.Second, -1)}, false},
		"it stepped back in between": {[]instant{at(time.Second, 2*time.Second), at(2*time.Second, time.Second), at(4*time.Second,
			4*time.Second)}, false},
		"the boot clock steps back":    {[]instant{at(2, 2), at(1, 3)}, false},
		"before the first renewal":     {},
		"long after, with a step back": {[]instant{at(time.Minute, time.Second)}, false},
	} {
		f := term{begun: at(0, 0), latest: at(0, 0)}
		if c.looks == nil {
			f, c.looks = term{}, []instant{at(0, 0)}
		}
		got := false
		for _, look := range c.looks {
			got = f.covers(look, 40*time.Second)
		}
		if got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if a, b := now(), now(); b.boot < a.boot || a.boot <= 0 || time.Since(a.wall) > time.Hour {
		t.Errorf("the clocks are %v and %v", a, b)
	}
}

// onDisk acquires a real root.
func onDisk(t *testing.T, r *root.Root) (*root.Lock, *Lease) {
	t.Helper()
	lock, err := r.Lock("v", "eisweep coordinator")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Acquire(t.Context(), Config{Root: r, Lock: lock, Term: 10 * time.Second})
	if err == nil {
		err = lock.Sign()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		l.close()
		if err := lock.Unlock(); err != nil {
			t.Error(err)
		}
	})
	return lock, l
}

func TestRecordsOnDisk(t *testing.T) {
	r := openRoot(t)
	for epoch := range uint64(4) {
		lock, l := onDisk(t, r)
		if l.Epoch() != epoch+1 || l.MustFence() {
			t.Errorf("epoch %d, want %d; must fence %v", l.Epoch(), epoch+1, l.MustFence())
		}
		before, err := directory(r.Private("owner")).read(l.Epoch())
		if err != nil {
			t.Fatal(err)
		}
		l.mu.Lock()
		l.term = term{} // T
		l.mu.Unlock()
		if l.Valid() {
			t.Error("valid after T")
		}
		if err := l.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		after, err := directory(r.Private("owner")).latest()
		if err != nil || after.Counter <= before.Counter || after.Holder != lock.Holder() || len(after.text) != len(before.text) {
			t.Errorf("renewed %+v to %+v: %v", before, after, err)
		}
		if epoch != 1 { // the second one is killed
			if err := errors.Join(l.Release(t.Context()), l.Verify(t.Context())); err != nil {
				t.Fatal(err)
			}
			if err := lock.Unlock(); err != nil {
				t.Fatal(err)
			}
			continue
		}
		text, err := os.ReadFile(r.Private("lock"))
		if err != nil {
			t.Fatal(err)
		}
		l.close()
		if err := lock.Unlock(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(r.Private("lock"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if epochs, err := directory(r.Private("owner")).epochs(); err != nil || fmt.Sprint(epochs) != "[3 4]" {
		t.Errorf("records of epochs %v: %v", epochs, err)
	}
}

// TestWhatEndsALease takes from an owner what it relies on.
func TestWhatEndsALease(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(r *root.Root) error
		want error
	}{
		"a higher epoch": {func(r *root.Root) error {
			return directory(r.Private("owner")).create(record{Epoch: 5, Holder: root.Holder{Host: "far", PID: 3}})
		}, ErrLost},
		"its record is removed":    {func(r *root.Root) error { return os.Remove(r.Private("owner", "1")) }, ErrLost},
		"its directory is removed": {func(r *root.Root) error { return os.RemoveAll(r.Private("owner")) }, fs.ErrNotExist},
		"its record is another's": {func(r *root.Root) error {
			return errors.Join(os.Remove(r.Private("owner", "1")), directory(r.Private("owner")).create(record{Epoch: 1, Mark: "another"}))
		}, ErrLost},
		"the lock's file is another's": {func(r *root.Root) error {
			err := os.Remove(r.Private("lock"))
			other, e := r.Lock("v", "another")
			if e == nil {
				t.Cleanup(func() { _ = other.Unlock() })
			}
			return errors.Join(err, e)
		}, root.ErrLockLost},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			r := openRoot(t)
			_, l := onDisk(t, r)
			if err := c.do(r); err != nil {
				t.Fatal(err)
			}
			l.ask()
			<-l.Lost()
			<-l.Expired()
			if err := l.Verify(t.Context()); (err != nil) != (c.want != root.ErrLockLost) {
				t.Errorf("verified: %v", err)
			}
			if err := l.Check(t.Context()); !errors.Is(err, c.want) || l.Valid() {
				t.Errorf("it says %v", err)
			}
		})
	}
}

// TestALockThatNobodyTookIsTakenAgain removes the lock's file under an owner: it remains the owner, and its record still names it.
func TestALockThatNobodyTookIsTakenAgain(t *testing.T) {
	r := openRoot(t)
	lock, l := onDisk(t, r)
	if err := os.Remove(r.Private("lock")); err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	l.term = term{}
	l.mu.Unlock()
	if err := l.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if found, err := directory(r.Private("owner")).latest(); err != nil || found.Holder != lock.Holder() {
		t.Errorf("the record names %+v, the lock %+v: %v", found.Holder, lock.Holder(), err)
	}
}

// TestFencingIsLeftToTheNextOwner ends an owner that took over from one that may be alive, before its files are fenced.
func TestFencingIsLeftToTheNextOwner(t *testing.T) {
	r := openRoot(t)
	if err := directory(r.Private("owner")).create(record{Epoch: 1, Released: true, Unfenced: true}); err != nil {
		t.Fatal(err)
	}
	for epoch, want := range []bool{true, true, false} {
		lock, l := onDisk(t, r)
		if l.MustFence() != want {
			t.Errorf("epoch %d must fence: %v", l.Epoch(), l.MustFence())
		}
		if epoch == 1 {
			l.Fenced()
		}
		if err := errors.Join(l.Release(t.Context()), lock.Unlock()); err != nil {
			t.Fatal(err)
		}
	}
}

// Without a boot id no two processes seem to run on the same kernel.
func TestABootIDThatIsMissingIsUnique(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "boot_id")
	a, err1 := bootID(missing)
	b, err2 := bootID(missing)
	if err := errors.Join(err1, err2); err != nil || a == b || !strings.HasPrefix(a, "unknown-") || !strings.HasPrefix(b, "unknown-") {
		t.Errorf("boot ids %q and %q, %v", a, b, err)
	}
	if err := os.WriteFile(missing, []byte("6b1f\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if id, err := bootID(missing); id != "6b1f" || err != nil {
		t.Errorf("boot id %q, %v", id, err)
	}
	if _, err := bootID(t.TempDir()); err == nil {
		t.Error("a boot id that cannot be read is none")
	}
}
