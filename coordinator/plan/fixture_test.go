package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// trained is a sweep of two tasks, with another name where that is given.
func trained(t *testing.T, name string) *sweeps.Sweep {
	t.Helper()
	return parse(t, `
name = "`+name+`"
experiment = "APPROXIMATE"
seeds = [1, 2]
[parameters]
ng.exc.n_per_axis = 2
inp.n_stimuli = 3
numint.n_trials = 1
`)
}

// pushed is a sweep whose two tasks start from those of the sweep "base".
func pushed(t *testing.T) *sweeps.Sweep {
	t.Helper()
	return parse(t, `
name = "pushed"
experiment = "PERTURB"
source = "base"
[parameters]
perturb.n_perturbed = 2
`)
}

func parse(t *testing.T, text string) *sweeps.Sweep {
	t.Helper()
	s, err := sweeps.Parse("test.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// noResults takes no file for a result.
type noResults struct{}

func (noResults) Probe(context.Context, string) (results.Contents, error) {
	return results.Contents{}, errors.New("not a result")
}

func (p noResults) Digest(ctx context.Context, path string) (results.Contents, error) {
	return p.Probe(ctx, path)
}

func (noResults) Check(context.Context, []results.ExpectedFile) []results.CheckResult { return nil }

func (noResults) Ask(context.Context, results.Query, string, []string, func(int, results.Answer) error) error {
	return errors.New("not a result")
}

// world is a root in which sweeps were run.
type world struct {
	t    *testing.T
	root *root.Root
}

func newWorld(t *testing.T) *world {
	t.Helper()
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &world{t, r}
}

func (w *world) catalog() *catalog.Catalog {
	w.t.Helper()
	c, err := catalog.Read(w.root)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// plan returns what a launch of sweeps would do about the tasks of the last one.
func (w *world) plan(earlier Launches, list ...*sweeps.Sweep) (*Plan, []Item) {
	w.t.Helper()
	return w.planRequest(earlier, Request{Sweeps: list})
}

func (w *world) planRequest(earlier Launches, request Request) (*Plan, []Item) {
	w.t.Helper()
	planned, err := New(w.t.Context(), w.catalog(), noResults{}, earlier, request)
	if err != nil {
		w.t.Fatal(err)
	}
	var items []Item
	for item, err := range planned.Sweeps[len(planned.Sweeps)-1].Items() {
		if err != nil {
			w.t.Fatal(err)
		}
		items = append(items, item)
	}
	return planned, items
}

// done has a sweep computed a task.
func (w *world) done(sweep string, task *sweeps.Task) {
	w.t.Helper()
	text := []byte("result of " + task.ID.String())
	w.write(sweep, task.File, string(text))
	sum := sha256.Sum256(text)
	w.line(sweep, task, manifest.Line{State: manifest.Done, File: task.File, SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(text)),
		Finished: time.Now()})
}

// failed has a task of a sweep failed.
func (w *world) failed(sweep string, task *sweeps.Task, class string) {
	w.t.Helper()
	w.line(sweep, task, manifest.Line{State: manifest.Failed, Class: class, Error: "as the test wants it", Finished: time.Now()})
}

func (w *world) line(sweep string, task *sweeps.Task, l manifest.Line) {
	w.t.Helper()
	if err := os.MkdirAll(w.root.SweepDir(sweep), 0o700); err != nil {
		w.t.Fatal(err)
	}
	l.ID, l.Sweep, l.Experiment, l.Seed, l.Run, l.Attempt = task.ID, sweep, task.Experiment, task.Seed, 1, 1
	m, err := manifest.Open(w.root.Manifest(sweep))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := errors.Join(m.Append(l), m.Close()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(sweep, file, text string) {
	w.t.Helper()
	path := filepath.Join(w.root.SweepDir(sweep), file)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) remove(sweep, file string) {
	w.t.Helper()
	if err := os.Remove(filepath.Join(w.root.SweepDir(sweep), file)); err != nil {
		w.t.Fatal(err)
	}
}

// running is a coordinator whose launches wait for some tasks.
type running struct {
	pending map[sweeps.ID]bool
	write   func() // nil: there are no lines to write
}

func (r *running) IsPending(id sweeps.ID) bool { return r.pending[id] }

func (r *running) WriteLines() {
	if r.write != nil {
		r.write()
	}
}
