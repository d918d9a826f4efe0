package records

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// Whenever a launch is cut off, the record has the file that is there; records of earlier versions, which
// have none, take what there is.
func TestRecordsOfStoredFiles(t *testing.T) {
	for name, test := range map[string]struct {
		record File
		stored string
		known  bool
	}{
		"launched":              {File{SHA256: Sum([]byte("old"))}, "old", true},
		"altered":               {File{SHA256: Sum([]byte("old"))}, "other", false},
		"cut off before":        {File{SHA256: Sum([]byte("old")), Pending: Sum([]byte("new"))}, "old", true},
		"cut off after":         {File{SHA256: Sum([]byte("old")), Pending: Sum([]byte("new"))}, "new", true},
		"cut off, then altered": {File{SHA256: Sum([]byte("old")), Pending: Sum([]byte("new"))}, "other", false},
		"of an earlier version": {File{}, "other", true},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := root.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			err1 := os.Mkdir(r.SweepDir("two"), 0o777)
			err2 := Write(r, "two", &Sweep{Format: 1, Status: control.Open, File: test.record})
			err3 := os.WriteFile(r.SweepFile("two"), []byte(test.stored), 0o600)
			if err := errors.Join(err1, err2, err3); err != nil {
				t.Fatal(err)
			}
			text, err := ReadFile(r, "two")
			if test.known && (err != nil || string(text) != test.stored) || !test.known && (err == nil || !atomicfile.IsStorage(err)) {
				t.Errorf("read %q, error %v", text, err)
			}
		})
	}
}

// Another file system takes no link of this one's files, as some take none at all.
func TestLaunchesAreKeptWhereLinksFail(t *testing.T) {
	dir, elsewhere := t.TempDir(), otherFileSystem(t)
	if err := os.Symlink(elsewhere, filepath.Join(dir, ".launches")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "sweep.toml")
	for _, text := range []string{"first", "second", "third"} {
		if err := StoreFile(dir, path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{".launches/1.toml": "first", ".launches/2.toml": "second", "sweep.toml": "third"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(text) != want {
			t.Errorf("%s holds %q, %v; want %q", name, text, err, want)
		}
	}
}

// otherFileSystem is a directory in the machine's memory.
func otherFileSystem(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "eisweep-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
