package coordinator

import (
	"os"
	"path/filepath"
	"testing"
)

// Who may write into a folder leaves a link there, under the name that a file has before it is whole.
func TestNoFileIsWrittenThroughALink(t *testing.T) {
	dir, mine := t.TempDir(), filepath.Join(t.TempDir(), "mine")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(to string) error{
		".being-written": func(to string) error { return writeFile(to, []byte("text")) },
		".being-copied": func(to string) error {
			_, err := copyToTemp(mine, filepath.Dir(to), "3fd30542fe3f61b14bd4a4b2dc0b6fb30fa6f63ebce52dd1778aaa8c4dc02cff")
			return err
		},
	} {
		if err := os.Symlink(mine, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if err := write(filepath.Join(dir, "to")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if text, err := os.ReadFile(mine); err != nil || string(text) != "mine" {
			t.Errorf("%s: the link's file holds %q, %v", name, text, err)
		}
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
		if err := storeSweep(dir, path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{".launches/1.toml": "first", ".launches/2.toml": "second", "sweep.toml": "third"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(text) != want {
			t.Errorf("%s holds %q, %v; want %q", name, text, err, want)
		}
	}
}

// otherFileSystem is a folder in the machine's memory.
func otherFileSystem(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "eisweep-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
