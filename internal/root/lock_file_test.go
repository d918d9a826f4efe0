package root

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"eisweep/internal/atomicfile"
)

// TestALockWhoseFileIsRemoved has somebody remove .eisweep/lock while a coordinator runs, to start another.
func TestALockWhoseFileIsRemoved(t *testing.T) {
	r := open(t, t.TempDir())
	first, err := sign(r.Lock("v1", "first"))
	must(t, err)
	must(t, os.Remove(r.Private("lock")))
	second, err := sign(r.Lock("v2", "second"))
	must(t, err)
	if err := first.Check(); !errors.Is(err, ErrLockLost) {
		t.Errorf("the first still has it: %v", err)
	}
	must(t, first.Unlock())
	must(t, second.Check())
	if holder, held, err := r.Holder(); err != nil || !held || holder.Command != "second" {
		t.Errorf("held by %+v, %v", holder, held)
	}
	must(t, os.Remove(r.Private("lock")))
	must(t, second.Check()) // nobody took it: it is taken again
	if _, err := sign(r.Lock("v3", "third")); !errors.As(err, new(*InUseError)) {
		t.Errorf("a third, after the second took it again: %v", err)
	}
	if holder, held, err := r.Holder(); err != nil || !held || holder.Command != "second" {
		t.Errorf("held by %+v, %v", holder, held)
	}
	must(t, second.Unlock())
}

// TestALockThatCannotBeLookedAtIsNotLost: nobody has taken it as far as anybody knows.
func TestALockThatCannotBeLookedAtIsNotLost(t *testing.T) {
	r := open(t, t.TempDir())
	lock, err := sign(r.Lock("v", "c"))
	must(t, err)
	must(t, lock.file.Close())
	if err := lock.Check(); !errors.Is(err, os.ErrClosed) || errors.Is(err, ErrLockLost) {
		t.Errorf("error %v", err)
	}
}

// TestALockThatCannotBeSignedAgain leaves no file open: nothing can be written when a lock whose file was removed is
// taken again. The limit of files' sizes is a whole process's, so this one has its own.
func TestALockThatCannotBeSignedAgain(t *testing.T) {
	if path := os.Getenv("SIGN_LOCK_OF"); path != "" {
		signInVain(t, path)
		return
	}
	r := open(t, t.TempDir())
	other := exec.Command(os.Args[0], "-test.run=^TestALockThatCannotBeSignedAgain$")
	other.Env = append(os.Environ(), "SIGN_LOCK_OF="+r.Path())
	if said, err := other.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
	lock, err := sign(r.Lock("v", "next"))
	must(t, err)
	must(t, lock.Unlock())
}

func signInVain(t *testing.T, path string) {
	r := open(t, path)
	lock, err := sign(r.Lock("v", "c"))
	must(t, err)
	old := lock.file
	must(t, os.Remove(r.Private("lock")))
	must(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{}))
	if err := lock.Check(); !errors.Is(err, unix.EFBIG) || errors.Is(err, ErrLockLost) {
		t.Errorf("error %v", err)
	}
	if _, err := old.Stat(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the removed file is still open: %v", err)
	}
	if _, ok := held.Load(old); ok {
		t.Error("the removed file is still kept")
	}
	must(t, lock.Unlock())
}

// TestWhoHoldsALockThatCannotBeLookedAt is not "nobody".
func TestWhoHoldsALockThatCannotBeLookedAt(t *testing.T) {
	r := open(t, t.TempDir())
	if _, held, err := r.Holder(); held || err != nil {
		t.Errorf("before the first lock: %v, %v", held, err)
	}
	must(t, os.Mkdir(r.Private("lock"), 0o700))
	if _, held, err := r.Holder(); held || !errors.Is(err, atomicfile.ErrNotRegular) {
		t.Errorf("with a directory in its place: %v, %v", held, err)
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
				lock, err := sign(r.Lock("v", "c"))
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
			if lock.Check() == nil {
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
	for _, name := range []string{"sweeps", "hooks"} {
		must(t, os.Mkdir(r.Private(name), 0o700))
	}
	left := []string{
		r.Private("root.json.01234567.part"),
		r.Private("lock.01234567.part"),
		r.Private("inputs", "paths.json.01234567.part"),
		r.Private("sweeps", "two.json.01234567.part"),
		r.Private("hooks", "two.json.01234567.part"), // which has secrets
	}
	for _, path := range left {
		must(t, os.WriteFile(path, nil, 0o600))
	}
	lock, err := r.TryLock("v", "c")
	must(t, err)
	defer lock.Unlock()
	for _, path := range left {
		if !mayExist(path) { // hosts that don't see each other's locks have one each
			t.Errorf("%s may belong to an owner on another host, and was removed", filepath.Base(path))
		}
	}
	must(t, lock.Sign())
	for _, path := range left {
		if mayExist(path) {
			t.Errorf("%s is still there", filepath.Base(path))
		}
	}
}

// TestALockThatIsNotSigned is one where hosts don't see each other's: neither its Check nor its end concerns who signed.
func TestALockThatIsNotSigned(t *testing.T) {
	r := open(t, t.TempDir())
	owner, err := sign(r.Lock("v", "owner"))
	must(t, err)
	must(t, unix.Flock(int(owner.file.Fd()), unix.LOCK_UN)) // as another host finds it
	candidate, err := r.Lock("v", "candidate")
	must(t, err)
	if candidate.Previous() != owner.Holder() {
		t.Errorf("before was %+v, want %+v", candidate.Previous(), owner.Holder())
	}
	must(t, candidate.Check())
	must(t, candidate.Unlock())
	must(t, owner.Check())
	candidate, err = sign(r.Lock("v", "candidate"))
	if !errors.As(err, new(*InUseError)) {
		t.Errorf("a lock that is held: %v, %v", candidate, err)
	}
	must(t, owner.Unlock())
}
