package prune

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// The tasks of the sweep "two": one is done, one failed, one is done and runs again. Another is of no sweep.
var done, failed, again, unknown = sweeps.ID{1}, sweeps.ID{2}, sweeps.ID{3}, sweeps.ID{4}

// tasks is a coordinator for which a task runs again.
type tasks struct{}

func (tasks) IsSettled(id sweeps.ID) bool       { return id != again }
func (tasks) IsOver(id sweeps.ID, run int) bool { return id != again || run < 2 }

// newRoot has a sweep with superseded results and files of attempts.
func newRoot(t *testing.T) *root.Root {
	t.Helper()
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(r.SweepDir("two"), "superseded", "old.h5"))
	write(t, filepath.Join(r.SweepDir("two"), "result.h5"))
	m, err := manifest.Open(r.Manifest("two"))
	if err != nil {
		t.Fatal(err)
	}
	err = m.Append(
		manifest.Line{ID: done, State: manifest.Done, File: "result.h5", Run: 1, Finished: time.Now()},
		manifest.Line{ID: failed, State: manifest.Failed, Class: "numeric", Run: 1},
		manifest.Line{ID: again, State: manifest.Done, File: "again.h5", Run: 1})
	if err := errors.Join(err, m.Close()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []sweeps.ID{done, failed, again, unknown} {
		for _, path := range []string{r.Incoming(id, 1, "1"), r.Incoming(id, 2, "1"), r.Checkpoint(id, "1"), r.Log(id, 1, "1")} {
			write(t, path)
		}
	}
	return r
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("text"), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func incoming(id sweeps.ID, run int) string {
	return fmt.Sprintf(".eisweep/incoming/%s.%d.1.h5", id, run)
}
func checkpoint(id sweeps.ID) string { return fmt.Sprintf(".eisweep/checkpoints/%s.1", id) }
func log(id sweeps.ID) string        { return fmt.Sprintf(".eisweep/logs/%s.1.1", id) }

// What runs again, what failed and what no manifest has is kept, while a coordinator runs and without one.
func TestWhatIsRemoved(t *testing.T) {
	old := "two/superseded/old.h5"
	beside := func(r *root.Root, request control.Clean) (control.Cleaned, error) {
		c, err := catalog.Read(r)
		if err != nil {
			t.Fatal(err)
		}
		return Sweep(c, tasks{}, request)
	}
	for name, c := range map[string]struct {
		prune func(*root.Root, control.Clean) (control.Cleaned, error)
		logs  bool
		want  []string
	}{
		"beside a coordinator": {beside, false, []string{old, incoming(done, 1), incoming(done, 2), incoming(failed, 1), incoming(failed, 2),
			incoming(again, 1), checkpoint(done), checkpoint(failed)}},
		"logs, too": {beside, true, []string{old, incoming(done, 1), incoming(done, 2), incoming(failed, 1), incoming(failed, 2),
			incoming(again, 1), checkpoint(done), checkpoint(failed), log(done)}},
		"alone": {Run, false, []string{old, incoming(done, 1), incoming(failed, 1), incoming(again, 1), checkpoint(done), checkpoint(again)}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoot(t)
			for _, dry := range []bool{true, false} {
				cleaned, err := c.prune(r, control.Clean{Sweep: "two", Dry: dry, Logs: c.logs})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, f := range cleaned.Files {
					got = append(got, f.Path)
					if _, err := os.Lstat(filepath.Join(r.Path(), f.Path)); os.IsNotExist(err) == dry || f.Bytes != 4 {
						t.Errorf("dry %v: %+v (%v)", dry, f, err)
					}
				}
				slices.Sort(got)
				if want := slices.Sorted(slices.Values(c.want)); !slices.Equal(got, want) {
					t.Errorf("dry %v: %q\nwant %q", dry, got, want)
				}
			}
			if _, err := os.Stat(filepath.Join(r.SweepDir("two"), "result.h5")); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestUnknownSweep(t *testing.T) {
	var refusal *control.Refusal
	if _, err := Run(newRoot(t), control.Clean{Sweep: "none"}); !errors.As(err, &refusal) || refusal.Kind != control.Unknown {
		t.Errorf("error %v", err)
	}
}
