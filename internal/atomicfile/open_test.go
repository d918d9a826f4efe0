package atomicfile

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// inTime fails the test if do doesn't return: an open of a FIFO waits for its other end.
func inTime(t *testing.T, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { do(); close(done) }()
	select {
	case <-done:
	case <-time.After(3 * time.Minute):
		t.Fatal("it hangs")
	}
}

// strange makes everything that is not a regular file, by kind.
func strange(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	must(t, os.WriteFile(at("file"), []byte("secret"), 0o600))
	must(t, unix.Mkfifo(at("fifo"), 0o666))
	must(t, os.Mkdir(at("directory"), 0o777))
	must(t, os.Symlink(at("file"), at("link")))
	must(t, os.Symlink(at("nothing"), at("dangling")))
	socket, err := net.Listen("unix", at("socket"))
	must(t, err)
	t.Cleanup(func() { socket.Close() })
	out := map[string]string{}
	for _, kind := range []string{"fifo", "directory", "link", "dangling", "socket"} {
		out[kind] = at(kind)
	}
	return out
}

func TestOnlyRegularFilesAreOpened(t *testing.T) {
	for kind, path := range strange(t) {
		for name, open := range map[string]func() (*os.File, error){
			"Open":          func() (*os.File, error) { return Open(path) },
			"to write":      func() (*os.File, error) { return OpenFile(path, os.O_WRONLY, 0) },
			"to make":       func() (*os.File, error) { return OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) },
			"to add":        func() (*os.File, error) { return OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600) },
			"Read":          func() (*os.File, error) { _, err := Read(path, 100); return nil, err },
			"without links": func() (*os.File, error) { return OpenLinked(path) },
		} {
			if name == "without links" && kind == "link" {
				continue
			}
			inTime(t, func() {
				f, err := open()
				if f != nil || !errors.Is(err, ErrNotRegular) && !(name == "without links" && kind == "dangling" && errors.Is(err, fs.ErrNotExist)) {
					t.Errorf("%s, %s: %v", kind, name, err)
				}
			})
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "nothing")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a file was made through a dangling link", kind)
		}
	}
}

func TestALinkThatAPersonNamesIsFollowed(t *testing.T) {
	f, err := OpenLinked(strange(t)["link"])
	must(t, err)
	must(t, f.Close())
	if _, err := OpenLinked("/dev/null"); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a device: %v", err)
	}
}

// TestAnErrorNamesWhatALinkLeadsTo where links are followed: the link itself is allowed.
func TestAnErrorNamesWhatALinkLeadsTo(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(strange(t)["socket"], link))
	if _, err := OpenLinked(link); !errors.Is(err, ErrNotRegular) || !strings.Contains(err.Error(), "a socket") {
		t.Errorf("a link to a socket: %v", err)
	}
}

func TestReadIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, []byte("12345"), 0o600))
	if text, err := Read(path, 5); err != nil || string(text) != "12345" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := Read(path, 4); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a larger one: %v", err)
	}
	if _, err := Read(path+"x", 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing one: %v", err)
	}
}

func TestTruncationIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, []byte("kept"), 0o600))
	if _, err := OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0); !errors.Is(err, fs.ErrInvalid) {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "kept" {
		t.Errorf("%q, %v", text, err)
	}
}
