package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// shaOfMine is the SHA-256 of "mine".
const shaOfMine = "3fd30542fe3f61b14bd4a4b2dc0b6fb30fa6f63ebce52dd1778aaa8c4dc02cff"

// TestWhatOthersCouldChangeIsCopied has files in a directory that a group shares.
func TestWhatOthersCouldChangeIsCopied(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o770); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		make   func(path string) error
		linked bool
		fails  error
	}{
		"this user's": {func(path string) error { return os.WriteFile(path, []byte("mine"), 0o640) }, true, nil},
		"writable by the group": {func(path string) error {
			return errors.Join(os.WriteFile(path, []byte("mine"), 0o600), os.Chmod(path, 0o660))
		}, false, nil},
		"another of this user's": {func(path string) error { return os.WriteFile(path, []byte("other"), 0o600) }, false, ErrOtherBytes},
		"writable and another": {func(path string) error {
			return errors.Join(os.WriteFile(path, []byte("other"), 0o600), os.Chmod(path, 0o660))
		}, false, ErrOtherBytes},
		"link":      {func(path string) error { return os.Symlink("/etc/passwd", path) }, false, ErrNotRegular},
		"FIFO":      {func(path string) error { return unix.Mkfifo(path, 0o600) }, false, ErrNotRegular},
		"directory": {func(path string) error { return os.Mkdir(path, 0o700) }, false, ErrNotRegular},
		"nothing":   {func(path string) error { return nil }, false, os.ErrNotExist},
	} {
		from, to := filepath.Join(dir, name), filepath.Join(t.TempDir(), "to")
		if err := c.make(from); err != nil {
			t.Fatal(err)
		}
		err := LinkOrCopy(from, to, shaOfMine)
		if !errors.Is(err, c.fails) {
			t.Errorf("%s: %v, want %v", name, err, c.fails)
		}
		info, statErr := os.Stat(to)
		if c.fails != nil {
			if !errors.Is(statErr, os.ErrNotExist) {
				t.Errorf("%s: it has a name all the same", name)
			}
			continue
		}
		was, err := os.Stat(from)
		if err := errors.Join(statErr, err); err != nil || os.SameFile(info, was) != c.linked || info.Mode().Perm()&0o022 != 0 {
			t.Errorf("%s: mode %v, linked %v, %v", name, info.Mode(), os.SameFile(info, was), err)
		}
		if err := LinkOrCopy(from, to, shaOfMine); !c.linked && !errors.Is(err, os.ErrExist) || c.linked && err != nil {
			t.Errorf("%s: a second time: %v", name, err)
		}
	}
}

// TestAResultIsTheFileThatWasHashed has a member of the group swap a result for another file of the coordinator's user
// all the time.
func TestAResultIsTheFileThatWasHashed(t *testing.T) {
	dir, results := t.TempDir(), t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{"mine": "mine", "other": "other"} {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o770); err != nil {
		t.Fatal(err)
	}
	var swaps atomic.Int64
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for ; ; swaps.Add(1) {
			for _, name := range []string{"mine", "other"} {
				// Errors show as swaps that don't come about.
				_ = os.Link(at(name), at("next"))
				_ = os.Rename(at("next"), at("result"))
			}
			select {
			case <-end:
				return
			default:
			}
		}
	}()
	for n := 0; swaps.Load() < 2000; n++ {
		to := filepath.Join(results, strconv.Itoa(n))
		if LinkOrCopy(at("result"), to, shaOfMine) != nil {
			continue // it was the other, or none for a moment
		}
		if text, err := os.ReadFile(to); err != nil || string(text) != "mine" {
			t.Errorf("a result holds %q, %v", text, err)
			break
		}
	}
	close(end)
	<-ended
}
