package lease

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"eisweep/internal/root"
)

// The owner's record distinguishes a copy from the root itself: only in the root is it renewed.
func TestACopyIsElsewhere(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	boot, err := bootID(bootFile)
	if err != nil {
		t.Fatal(err)
	}
	far := record{Epoch: 3, Holder: root.Holder{Host: "far", PID: 7, Command: "eisweep coordinator"}, Boot: "another", Counter: 1}
	here := record{Epoch: 3, Holder: root.Holder{Host: host, PID: 7, Command: "eisweep coordinator"}, Boot: boot, Counter: 1}
	for name, c := range map[string]struct {
		owner   *record
		same    bool // the directory has the owner's number
		renewed bool // while it is watched
		unread  bool
		want    bool
	}{
		"the same directory":        {owner: &far, same: true},
		"never owned":               {want: true},
		"released":                  {owner: &record{Epoch: 3, Released: true}, want: true},
		"not renewed":               {owner: &far, want: true},
		"renewed":                   {owner: &far, renewed: true},
		"of this boot, not renewed": {owner: &here, want: true},
		"unreadable":                {owner: &far, unread: true},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := root.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			number, err := r.DirectoryNumber()
			if err != nil {
				t.Fatal(err)
			}
			if !c.same {
				number++
			}
			d := directory(r.Private("owner"))
			if c.owner != nil {
				if err := d.create(*c.owner); err != nil {
					t.Fatal(err)
				}
			}
			if c.unread {
				if err := errors.Join(os.RemoveAll(string(d)), os.WriteFile(string(d), nil, 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			if c.renewed {
				ctx, stop := context.WithCancel(t.Context())
				renewed := make(chan struct{})
				defer func() { stop(); <-renewed }()
				go func() {
					defer close(renewed)
					for next := *c.owner; ctx.Err() == nil; next.Counter++ {
						if err := d.rewrite(next); err != nil {
							t.Error(err)
						}
					}
				}()
			}
			patience := time.Minute
			if c.want {
				patience = 50 * time.Millisecond
			}
			got, err := isElsewhere(t.Context(), r, number, patience, time.Millisecond)
			if got != c.want || err != nil {
				t.Errorf("elsewhere: %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

// Watching the record ends with the context.
func TestWatchingAnOwnerIsInterrupted(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := directory(r.Private("owner")).create(record{Epoch: 3, Holder: root.Holder{Host: "far", PID: 7}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := isElsewhere(ctx, r, 1, time.Hour, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

// An owner records the number of its directory.
func TestAnOwnerRecordsItsDirectory(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	lock, err := r.Lock("1", "test")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Acquire(t.Context(), Config{Root: r, Lock: lock})
	if err != nil {
		t.Fatal(err)
	}
	if own, err := r.DirectoryNumber(); err != nil || Directory(r) != own || own == 0 {
		t.Errorf("recorded is %d, want %d (%v)", Directory(r), own, err)
	}
	if err := errors.Join(l.Release(t.Context()), lock.Unlock()); err != nil {
		t.Fatal(err)
	}
}
