package root

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestNothingWaitsForAFIFO has a FIFO in place of every file that is opened.
func TestNothingWaitsForAFIFO(t *testing.T) {
	for name, use := range map[string]func(r *Root) error{
		"root.json": func(r *Root) error {
			_, err := Open(r.Path())
			return err
		},
		"lock": func(r *Root) error {
			_, err := sign(r.Lock("v", "c"))
			if err == nil {
				return nil
			}
			_, _, err = r.LookAtLock()
			return err
		},
		"incoming/t.1.1.h5": func(r *Root) error { return ShareFile(r.Private("incoming", "t.1.1.h5")) },
		"inputs/a.h5": func(r *Root) error {
			_, err := r.OpenInput(".eisweep/inputs/a.h5")
			return err
		},
	} {
		r := open(t, t.TempDir())
		must(t, r.ShareWith(os.Getgid(), true))
		must(t, os.RemoveAll(r.Private(name)))
		must(t, unix.Mkfifo(r.Private(name), 0o600))
		done := make(chan error, 1)
		go func() { done <- use(r) }()
		select {
		case err := <-done:
			if err == nil {
				t.Errorf("%s: a FIFO is taken for the file", name)
			}
		case <-time.After(3 * time.Minute):
			t.Fatalf("%s: a FIFO in its place is waited for", name)
		}
	}
}

// TestSharingPassesOverWhatIsPlanted has members of the group leave names in a shared directory that lead to other
// files of the owner's.
func TestSharingPassesOverWhatIsPlanted(t *testing.T) {
	r := open(t, t.TempDir())
	must(t, r.ShareWith(os.Getgid(), true))
	victim := filepath.Join(r.Path(), "key")
	must(t, os.WriteFile(victim, []byte("secret"), 0o600))
	must(t, os.Symlink(victim, r.Private("checkpoints", "t.link")))
	must(t, os.Link(victim, r.Private("checkpoints", "t.hard")))
	must(t, unix.Mkfifo(r.Private("checkpoints", "t.fifo"), 0o600))
	must(t, os.Mkdir(r.Private("checkpoints", "t.directory"), 0o700))
	must(t, r.ShareWith(os.Getgid(), true))
	if err := ShareFile(r.Private("checkpoints", "t.link")); err == nil {
		t.Error("a link is shared")
	}
	if err := ShareFile(r.Private("checkpoints", "t.hard")); !errors.Is(err, ErrUntrusted) {
		t.Errorf("a file with another name is shared: %v", err)
	}
	if got := mode(t, victim); got != 0o600 {
		t.Errorf("another file of the owner's has mode %v", got)
	}
}

// TestSharingIsOfTheFileThatWasLookedAt has a member swap a file for a link to another of the owner's all the time.
func TestSharingIsOfTheFileThatWasLookedAt(t *testing.T) {
	for name, share := range map[string]func(r *Root, path string) error{
		"one file": func(_ *Root, path string) error { return ShareFile(path) },
		"all":      func(r *Root, _ string) error { return r.ShareWith(os.Getgid(), true) },
	} {
		r := open(t, t.TempDir())
		must(t, r.ShareWith(os.Getgid(), true))
		victim := filepath.Join(r.Path(), "key")
		must(t, os.WriteFile(victim, []byte("secret"), 0o600))
		path := r.Private("checkpoints", "t.1")
		var swaps atomic.Int64
		end, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			for ; ; swaps.Add(1) {
				select {
				case <-end:
					return
				default:
				}
				// Errors show as swaps that don't come about.
				_ = os.WriteFile(path+".a", nil, 0o600)
				_ = os.Rename(path+".a", path)
				_ = os.Symlink(victim, path+".b")
				_ = os.Rename(path+".b", path)
			}
		}()
		for swaps.Load() < 3000 {
			_ = share(r, path) // whether it is shared is a matter of luck
			if got := mode(t, victim); got != 0o600 {
				t.Errorf("%s: another file of the owner's has mode %v", name, got)
				break
			}
		}
		close(end)
		<-ended
	}
}
