package atomicfile

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// answering replaces the calls that give names for one test: each is made or not, and answers with an error.
func answering(t *testing.T, made bool, answer error) {
	t.Helper()
	l, r, n := linkat, rename, renameat2
	t.Cleanup(func() { linkat, rename, renameat2 = l, r, n })
	linkat = func(from int, old string, to int, name string, flags int) error {
		if made {
			if err := l(from, old, to, name, flags); err != nil {
				return err
			}
		}
		return answer
	}
	rename = func(from, to string) error {
		if made {
			if err := r(from, to); err != nil {
				return err
			}
		}
		return answer
	}
	renameat2 = func(from int, old string, to int, name string, flags uint) error {
		if made {
			if err := n(from, old, to, name, flags); err != nil {
				return err
			}
		}
		return answer
	}
}

// TestALostAnswerIsNoFailure has the server carry out a request and the client repeat it, as over NFS.
func TestALostAnswerIsNoFailure(t *testing.T) {
	for _, answer := range []error{unix.EEXIST, unix.ENOENT, unix.EIO} {
		dir := t.TempDir()
		answering(t, true, answer)
		must(t, Write(filepath.Join(dir, "written"), []byte("a"), 0o600))
		must(t, WriteNew(filepath.Join(dir, "new"), []byte("b"), 0o600))
		must(t, Move(filepath.Join(dir, "new"), filepath.Join(dir, "between")))
		must(t, Replace(filepath.Join(dir, "between"), filepath.Join(dir, "moved")))
		must(t, Replace(filepath.Join(dir, "between"), filepath.Join(dir, "moved"))) // it is missing
		wantFiles(t, dir, map[string]string{"written": "a", "moved": "b"})
	}
}

func TestWhatIsNotMadeFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	must(t, os.WriteFile(path, []byte("before"), 0o600))
	answering(t, false, unix.EIO)
	for name, write := range map[string]func() error{
		"Write":    func() error { return Write(path, []byte("after"), 0o600) },
		"WriteNew": func() error { return WriteNew(path+".new", []byte("after"), 0o600) },
		"Move":     func() error { return Move(path, path+".moved") },
		"Replace":  func() error { return Replace(path, path+".moved") },
	} {
		if err := write(); !errors.Is(err, unix.EIO) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantFiles(t, dir, map[string]string{"file": "before"})
}

func TestNothingIsReplacedByANewFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	must(t, WriteNew(path, []byte("first"), 0o600))
	for _, links := range []bool{true, false} {
		if !links {
			linkat = func(int, string, int, string, int) error { return unix.EPERM }
			t.Cleanup(func() { linkat = unix.Linkat })
			must(t, WriteNew(path+".2", []byte("without links"), 0o600))
		}
		if err := WriteNew(path, []byte("second"), 0o600); !errors.Is(err, fs.ErrExist) {
			t.Errorf("with links %v: %v", links, err)
		}
		if err := WriteNew(filepath.Join(dir, "none", "file"), nil, 0o600); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a missing directory: %v", err)
		}
	}
	renameat2 = func(int, string, int, string, uint) error { return unix.EINVAL }
	t.Cleanup(func() { renameat2 = unix.Renameat2 })
	must(t, WriteNew(path+".3", []byte("with rename alone"), 0o600))
	if err := WriteNew(path, []byte("second"), 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("with rename alone: %v", err)
	}
	if err := Move(path+".2", path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("moved: %v", err)
	}
	wantFiles(t, dir, map[string]string{"file": "first", "file.2": "without links", "file.3": "with rename alone"})
}

// TestTheOpenFileIsLinked swaps the file's name for a link to another all the time.
func TestTheOpenFileIsLinked(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	must(t, os.WriteFile(at("checked"), []byte("checked"), 0o600))
	must(t, os.WriteFile(at("victim"), []byte("victim"), 0o600))
	f, err := Open(at("checked"))
	must(t, err)
	defer f.Close()
	must(t, os.Link(at("checked"), at("kept")))
	swaps, stop := swap(t, at("checked"), at("kept"), at("victim"))
	defer stop()
	for linked := 0; swaps.Load() < 2000 && !t.Failed(); linked++ {
		must(t, Link(f, at("to")))
		if text, err := os.ReadFile(at("to")); err != nil || string(text) != "checked" {
			t.Fatalf("after %d links: %q, %v", linked, text, err)
		}
		must(t, os.Remove(at("to")))
	}
}

// swap has a name lead to a file and to a link to another in turn, until stop is called.
func swap(t *testing.T, name, file, other string) (swaps *atomic.Int64, stop func()) {
	t.Helper()
	swaps = new(atomic.Int64)
	end, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-end:
				ended <- nil
				return
			default:
			}
			var err error
			if n%2 == 0 {
				err = os.Symlink(other, name+".next")
			} else {
				err = os.Link(file, name+".next")
			}
			if err == nil {
				err = os.Remove(name)
			}
			if err == nil {
				err = os.Rename(name+".next", name)
			}
			if err != nil {
				ended <- err
				swaps.Store(math.MaxInt64)
				return
			}
			swaps.Add(1)
		}
	}()
	return swaps, func() {
		close(end)
		if err := <-ended; err != nil {
			t.Error("swap:", err)
		}
	}
}

func TestALinkWithoutProc(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	must(t, os.WriteFile(path, []byte("file"), 0o600))
	f, err := Open(path)
	must(t, err)
	defer f.Close()
	must(t, linkByName(f, path+".2"))
	must(t, linkByName(f, path+".2")) // it is there
	must(t, os.Rename(path, path+".moved"))
	must(t, os.WriteFile(path, []byte("another"), 0o600))
	if err := linkByName(f, path+".3"); !errors.Is(err, ErrReplaced) {
		t.Errorf("another file under the name: %v", err)
	}
	wantFiles(t, dir, map[string]string{"file": "another", "file.2": "file", "file.moved": "file"})
}

func TestARenamedFileIsTheOpenOne(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	d, err := Create(path, 0o600)
	must(t, err)
	must(t, os.Rename(d.Name(), path+".stolen"))
	must(t, os.WriteFile(d.Name(), []byte("another"), 0o600))
	if err := d.Commit(); !errors.Is(err, ErrReplaced) {
		t.Error(err)
	}
}

func wantFiles(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != len(want) {
		t.Errorf("%v, want %v", entries, want)
	}
	for name, text := range want {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != text {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// A path that cannot be looked at is not one that leads elsewhere.
func TestNamedTellsWhatItCannotFindOut(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Symlink("circle", filepath.Join(dir, "circle")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{"f": nil, "g": nil, "f/below": nil, "circle/f": syscall.ELOOP} {
		is, err := Named(f, filepath.Join(dir, path))
		if is != (path == "f") || !errors.Is(err, want) {
			t.Errorf("%s: %v, %v", path, is, err)
		}
	}
}

// TestANameThatNothingHasIsNotTaken has a file system that says so of every name. An error that wraps fs.ErrExist would make callers
// try the next name, or wait for whoever has it.
func TestANameThatNothingHasIsNotTaken(t *testing.T) {
	dir := t.TempDir()
	file, to := filepath.Join(dir, "file"), filepath.Join(dir, "to")
	must(t, Write(file, []byte("a"), 0o600))
	for _, answer := range []error{unix.EEXIST, unix.ENOTEMPTY} {
		answering(t, false, answer)
		for name, give := range map[string]func() error{
			"WriteNew": func() error { return WriteNew(to, []byte("b"), 0o600) },
			"LinkOrCopy": func() error {
				return LinkOrCopy(file, to, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb")
			},
			"Move": func() error { return Move(file, to) },
		} {
			var at *fs.PathError
			if err := give(); !errors.Is(err, ErrDenied) || errors.Is(err, fs.ErrExist) || !errors.As(err, &at) || at.Path != to {
				t.Errorf("%s: %v", name, err)
			}
		}
		wantFiles(t, dir, map[string]string{"file": "a"})
	}
}

// TestANameThatCannotBeLookedUpIsNotTaken asks for one that is too long.
func TestANameThatCannotBeLookedUpIsNotTaken(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	must(t, Write(file, []byte("a"), 0o600))
	if err := Move(file, filepath.Join(dir, strings.Repeat("x", 300))); !errors.Is(err, unix.ENAMETOOLONG) || errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
}
