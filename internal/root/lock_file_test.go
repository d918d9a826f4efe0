package root

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestALockWhoseFileIsRemoved has somebody remove .eisweep/lock while a coordinator runs, to start another.
func TestALockWhoseFileIsRemoved(t *testing.T) {
	r := open(t, t.TempDir())
	first, err := r.Lock("v1", "first")
	must(t, err)
	must(t, os.Remove(r.Private("lock")))
	second, err := r.Lock("v2", "second")
	must(t, err)
	if err := first.Still(); !errors.Is(err, ErrLockLost) {
		t.Errorf("the first still has it: %v", err)
	}
	must(t, first.Unlock())
	must(t, second.Still())
	if holder, held := r.Holder(); !held || holder.Command != "second" {
		t.Errorf("held by %+v, %v", holder, held)
	}
	must(t, os.Remove(r.Private("lock")))
	must(t, second.Still()) // nobody took it: it is taken again
	if _, err := r.Lock("v3", "third"); !errors.As(err, new(*InUseError)) {
		t.Errorf("a third, after the second took it again: %v", err)
	}
	if holder, held := r.Holder(); !held || holder.Command != "second" {
		t.Errorf("held by %+v, %v", holder, held)
	}
	must(t, second.Unlock())
}

// TestALockThatCannotBeLookedAtIsNotLost: nobody has taken it as far as anybody knows.
func TestALockThatCannotBeLookedAtIsNotLost(t *testing.T) {
	r := open(t, t.TempDir())
	lock, err := r.Lock("v", "c")
	must(t, err)
	must(t, lock.file.Close())
	if err := lock.Still(); !errors.Is(err, os.ErrClosed) || errors.Is(err, ErrLockLost) {
		t.Errorf("error %v", err)
	}
}

// TestALockIsOfTheFileThatHasTheName removes the file all the time: of two that have taken the lock, one knows
// that it has lost it.
func TestALockIsOfTheFileThatHasTheName(t *testing.T) {
	r := open(t, t.TempDir())
	for range 4 {
		locks := make(chan *Lock, 2)
		for range 2 {
			go func() {
				lock, err := r.Lock("v", "c")
				if err != nil && !errors.As(err, new(*InUseError)) {
					t.Error(err)
				}
				locks <- lock
			}()
		}
		if err := os.Remove(r.Private("lock")); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
		var taken []*Lock
		for range 2 {
			if lock := <-locks; lock != nil {
				taken = append(taken, lock)
			}
		}
		still := 0
		for _, lock := range taken {
			if lock.Still() == nil {
				still++
			}
		}
		if still > 1 {
			t.Fatal("two hold the lock")
		}
		for _, lock := range taken {
			must(t, lock.Unlock())
		}
	}
}

func TestALockRemovesWhatACrashLeft(t *testing.T) {
	r := open(t, t.TempDir())
	must(t, os.Mkdir(r.Private("stands"), 0o700))
	left := []string{r.Private("root.json.01234567.part"), r.Private("inputs", "paths.json.01234567.part"), r.Private("stands", "two.json.01234567.part")}
	for _, path := range left {
		must(t, os.WriteFile(path, nil, 0o600))
	}
	lock, err := r.Lock("v", "c")
	must(t, err)
	defer lock.Unlock()
	for _, path := range left {
		if mayExist(path) {
			t.Errorf("%s is still there", filepath.Base(path))
		}
	}
}
