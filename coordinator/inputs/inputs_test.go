package inputs

import (
	"os"
	"strings"
	"testing"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// A list of copies that is damaged, or cannot be read, is an error that says what to do, and no launch replaces it by a
// list without them.
func TestListOfCopiesThatCannotBeRead(t *testing.T) {
	sum := strings.Repeat("0", 64)
	for name, text := range map[string]string{
		"cut": "{", "empty": "", "null": "null", "a list": "[]", "no SHA-256": `{"/a.h5":"../x"}`, "no path": `{"a.h5":"` + sum + `"}`,
		"unreadable": "",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := root.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			path, remedy := Path(r), remedy
			if name == "unreadable" {
				if err := os.Mkdir(path, 0o700); err != nil {
					t.Fatal(err)
				}
				remedy = ""
			} else {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err1 := Read(r)
			err2 := Add(r, Copies{"/b.h5": sum})
			for _, err := range []error{err1, err2} {
				if err == nil || !atomicfile.IsStorage(err) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), remedy) {
					t.Errorf("error %v", err)
				}
			}
			if now, err := os.ReadFile(path); name != "unreadable" && (err != nil || string(now) != text) {
				t.Errorf("now it is %q (%v)", now, err)
			}
		})
	}
}
