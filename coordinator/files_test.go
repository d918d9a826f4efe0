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
		".being-copied":  func(to string) error { _, err := copyToTemp(mine, filepath.Dir(to)); return err },
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
