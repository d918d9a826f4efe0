package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// syncs notes which directories are made durable.
func syncs(t *testing.T) *[]string {
	t.Helper()
	var seen []string
	before := syncDirectory
	syncDirectory = func(path string) error {
		seen = append(seen, path)
		return before(path)
	}
	t.Cleanup(func() { syncDirectory = before })
	return &seen
}

func TestEveryNameIsMadeDurable(t *testing.T) {
	top := t.TempDir()
	a := filepath.Join(top, "a")
	b := filepath.Join(a, "b")
	c := filepath.Join(b, "c")
	seen := syncs(t)
	for _, step := range []struct {
		do   func() error
		want []string
	}{
		{func() error { return MkdirAll(c, 0o755) }, []string{top, a, b}},
		{func() error { return MkdirAll(c, 0o755) }, []string{b}},
		{func() error { return Mkdir(c, 0o755) }, []string{b}},
		{func() error { return Write(filepath.Join(c, "file"), nil, 0o600) }, []string{c}},
		{func() error { return WriteNew(filepath.Join(c, "new"), nil, 0o600) }, []string{c}},
	} {
		*seen = nil
		must(t, step.do())
		if !slices.Equal(*seen, step.want) {
			t.Errorf("made durable %v, want %v", *seen, step.want)
		}
	}
}

func TestANameThatIsNotDurableIsAnError(t *testing.T) {
	dir := t.TempDir()
	before := syncDirectory
	syncDirectory = func(string) error { return unix.EIO }
	t.Cleanup(func() { syncDirectory = before })
	for name, err := range map[string]error{
		"Mkdir": Mkdir(filepath.Join(dir, "directory"), 0o755), "Write": Write(filepath.Join(dir, "file"), nil, 0o600),
		"WriteNew": WriteNew(filepath.Join(dir, "new"), nil, 0o600),
	} {
		if !errors.Is(err, unix.EIO) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "new")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the new file has its name: %v", err)
	}
}

func TestAFileInPlaceOfADirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	for _, path := range []string{file, filepath.Join(file, "below")} {
		if err := MkdirAll(path, 0o755); !errors.Is(err, syscall.ENOTDIR) {
			t.Errorf("%s: %v", path, err)
		}
	}
	link := file + ".link"
	must(t, os.Symlink(t.TempDir(), link))
	if _, err := OpenRoot(link); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("a link opened as a directory: %v", err)
	}
	dir, err := OpenRoot(t.TempDir())
	must(t, err)
	must(t, dir.Close())
}

func TestADraftIsSeenWhenItIsWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	d, err := Create(path, 0o600)
	must(t, err)
	_, err = d.WriteString("half")
	must(t, err)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is there before it is whole: %v", err)
	}
	if !IsTemporary(filepath.Base(d.Name())) {
		t.Errorf("%s is not taken for temporary", d.Name())
	}
	must(t, d.Discard())
	must(t, d.Discard())
	wantFiles(t, dir, nil)
}

func TestStaleFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.0123abcd.part", "b.89abcdef.part", "c.part", "d.h5"} {
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	old := time.Now().Add(-2 * time.Hour)
	must(t, os.Chtimes(filepath.Join(dir, "a.0123abcd.part"), old, old))
	must(t, os.Chtimes(filepath.Join(dir, "c.part"), old, old))
	must(t, RemoveStale(dir, time.Hour))
	wantFiles(t, dir, map[string]string{"b.89abcdef.part": "", "c.part": "", "d.h5": ""})
	must(t, RemoveStale(dir, 0))
	wantFiles(t, dir, map[string]string{"c.part": "", "d.h5": ""})
	must(t, RemoveStale(filepath.Join(dir, "none"), 0))
}

// TestTemporaryNamesAreNotTriedForever has a directory in which nothing can be created exclusively.
func TestTemporaryNamesAreNotTriedForever(t *testing.T) {
	was := openFile
	t.Cleanup(func() { openFile = was })
	openFile = func(name string, _ int, _ fs.FileMode) (*os.File, error) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: unix.EEXIST}
	}
	if err := Write(filepath.Join(t.TempDir(), "file"), nil, 0o600); !errors.Is(err, ErrDenied) || !strings.Contains(err.Error(), "/file.") {
		t.Error(err)
	}
}
