package placement

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// TestNothingIsMovedAsideThroughALink has a link in place of superseded/.
func TestNothingIsMovedAsideThroughALink(t *testing.T) {
	dir := t.TempDir()
	if err := makeSuperseded(dir); err != nil {
		t.Fatal(err)
	}
	if err := makeSuperseded(dir); err != nil {
		t.Errorf("a second time: %v", err)
	}
	dir = t.TempDir()
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, "superseded")); err != nil {
		t.Fatal(err)
	}
	if err := makeSuperseded(dir); err == nil {
		t.Error("a link is taken for the directory")
	}
}

// fixture is a sweep "two" whose manifest gives a name to a task.
type fixture struct {
	placer *Placer
	owner  sweeps.ID
	is     results.Identity // of the file that a task brings
	from   string           // that file
	path   string           // of the name
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{owner: sweeps.ID{1}, from: filepath.Join(t.TempDir(), "new.h5"), path: filepath.Join(r.SweepDir("two"), "name.h5")}
	if err := errors.Join(os.Mkdir(r.SweepDir("two"), 0o700), os.WriteFile(f.from, []byte("new"), 0o600)); err != nil {
		t.Fatal(err)
	}
	f.is.SHA256, f.is.Bytes, err = results.HashFile(f.from)
	if err != nil {
		t.Fatal(err)
	}
	m, err := manifest.Open(r.Manifest("two"))
	if err != nil {
		t.Fatal(err)
	}
	line := manifest.Line{ID: f.owner, State: manifest.Done, File: "name.h5", SHA256: strings.Repeat("0", 64), Bytes: 3, Run: 1}
	if err := errors.Join(m.Append(line), m.Close()); err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Read(r)
	if err != nil {
		t.Fatal(err)
	}
	f.placer = &Placer{Root: r, Catalog: c, Log: slog.New(slog.DiscardHandler)}
	return f
}

// Whatever has the name is kept; the manifest gets a line for a result that lost the name; and the new file gets the name.
func TestANameIsFreedAndUsed(t *testing.T) {
	for name, c := range map[string]struct {
		text string    // of the file that has the name; "" where none has it
		task sweeps.ID // which needs the name
		line bool      // a line is to be written
		kept string
	}{
		"another task's result":              {"old", sweeps.ID{2}, true, "superseded/" + sweeps.ID{1}.String() + ".h5"},
		"another task's result that is gone": {"", sweeps.ID{2}, true, ""},
		"its own damaged result":             {"old", sweeps.ID{1}, false, "superseded/" + sweeps.ID{1}.String() + ".damaged.h5"},
		"nothing":                            {"", sweeps.ID{1}, false, ""},
		"the file itself":                    {"new", sweeps.ID{1}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			if c.text != "" {
				if err := os.WriteFile(f.path, []byte(c.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			task := &sweeps.Task{ID: c.task, File: "name.h5"}
			for attempt := range 2 {
				line, err := f.placer.Free("two", task, f.is)
				if err != nil || (line != nil) != (c.line && attempt == 0) {
					t.Fatalf("attempt %d: line %+v (%v)", attempt, line, err)
				}
				if line != nil && (line.ID != f.owner || line.State != manifest.Superseded || !strings.HasPrefix(line.File, "superseded/")) {
					t.Errorf("line %+v", line)
				}
			}
			for range 2 {
				if err := f.placer.Link("two", "name.h5", f.from, f.is); err != nil {
					t.Fatal(err)
				}
			}
			if text, err := os.ReadFile(f.path); err != nil || string(text) != "new" {
				t.Errorf("it holds %q (%v)", text, err)
			}
			if text, err := os.ReadFile(filepath.Join(filepath.Dir(f.path), c.kept)); c.kept != "" && (err != nil || string(text) != "old") {
				t.Errorf("%s holds %q (%v)", c.kept, text, err)
			}
		})
	}
}

// A file that another program puts there meanwhile stays.
func TestNothingIsOverwritten(t *testing.T) {
	f := newFixture(t)
	if err := os.WriteFile(f.path, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.placer.Link("two", "name.h5", f.from, f.is); !errors.Is(err, os.ErrExist) {
		t.Errorf("error %v", err)
	}
	if text, err := os.ReadFile(f.path); err != nil || string(text) != "theirs" {
		t.Errorf("it holds %q (%v)", text, err)
	}
}
