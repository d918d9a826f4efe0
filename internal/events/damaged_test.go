package events

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// TestADamagedLogKeepsNobodyFromWorking opens a root whose log cannot be read.
func TestADamagedLogKeepsNobodyFromWorking(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"too large": func(path string) error { return os.Truncate(path, 2*maxBytes+1) },
		"a directory": func(path string) error {
			return sequence(os.Remove(path), os.Mkdir(path, 0o700))
		},
		"a link": func(path string) error {
			victim := filepath.Join(filepath.Dir(path), "victim")
			return sequence(os.Remove(path), os.WriteFile(victim, nil, 0o600), os.Symlink(victim, path))
		},
		"a number that nothing follows": func(path string) error {
			return os.WriteFile(path, []byte(`{"seq":18446744073709551615,"kind":"sweep_paused","sweep":"x"}`+"\n"), 0o600)
		},
	} {
		for _, pathOf := range []func(*root.Root) string{path, earlierPath} {
			r := openRoot(t, t.TempDir())
			openLog(t, r).Close(t.Context())
			damaged := pathOf(r)
			if err := os.WriteFile(damaged, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := damage(damaged); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				l := openLog(t, r)
				l.Add(Event{Kind: SweepPaused, Sweep: "s"})
				l.Close(t.Context())
			}
			list := readAll(t, r, Query{About: "s"})
			if len(list) != 2 || list[0].Seq >= list[1].Seq {
				t.Errorf("%s, %s: events %+v", filepath.Base(damaged), name, list)
			}
			if text, err := os.ReadFile(filepath.Join(filepath.Dir(damaged), "victim")); len(text) > 0 {
				t.Errorf("%s, %s: written to what it leads to: %s, %v", filepath.Base(damaged), name, text, err)
			}
		}
	}
}

// TestALogThatCannotBeReadNowIsNotSetAside has a log that this user cannot read for a moment: its numbers go on growing.
func TestALogThatCannotBeReadNowIsNotSetAside(t *testing.T) {
	r := openRoot(t, t.TempDir())
	l := openLog(t, r)
	l.Add(Event{Kind: SweepPaused, Sweep: "s"})
	l.Close(t.Context())
	readFile = func(path string, _ int64) ([]byte, error) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.ESTALE}
	}
	l = openLog(t, r)
	readFile = atomicfile.Read
	l.Add(Event{Kind: SweepPaused, Sweep: "s"})
	l.Close(t.Context())
	list := readAll(t, r, Query{About: "s"})
	if len(list) != 2 || list[0].Seq >= list[1].Seq {
		t.Errorf("events %+v", list)
	}
}

// sequence returns the first error.
func sequence(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
