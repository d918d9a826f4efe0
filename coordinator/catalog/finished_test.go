package catalog

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// finishedRoot has sweeps of so many tasks each, all done, and all but the last are finished by their records.
func finishedRoot(t *testing.T, list, tasks int) *root.Root {
	t.Helper()
	r := largeRoot(t, list, tasks)
	names, err := r.Sweeps()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names[:list-1] {
		finish(t, r, name, tasks)
	}
	return r
}

func finish(t *testing.T, r *root.Root, name string, tasks int) {
	t.Helper()
	info, err := os.Stat(r.Manifest(name))
	if err != nil {
		t.Fatal(err)
	}
	settled := &records.Settled{Tasks: tasks, Done: tasks, Manifest: info.Size()}
	if err := records.Write(r, name, &records.Sweep{Format: 1, Status: control.Finished, Settled: settled}); err != nil {
		t.Fatal(err)
	}
}

func idOf(sweep, tasks, i int) (id sweeps.ID) {
	binary.BigEndian.PutUint64(id[:], uint64(sweep*tasks+i+1)*0x9e3779b97f4a7c15)
	return id
}

func owned(t *testing.T, r *root.Root) *Catalog {
	t.Helper()
	x := NewForOwner(r)
	if err := x.Refresh(); err != nil {
		t.Fatal(err)
	}
	return x
}

// keeps fails the test unless the catalog keeps the lines of these sweeps, and no task of others.
func keeps(t *testing.T, x *Catalog, tasks int, want ...string) {
	t.Helper()
	if got := x.Kept(); !slices.Equal(got, want) || x.tasks.size() != tasks*len(want) {
		t.Errorf("kept are %d tasks and the sweeps %v, want %d of %v", x.tasks.size(), got, tasks*len(want), want)
	}
}

// Nothing is kept of finished sweeps, and everything is found: by the task, by the beginning of its id, by the sweep.
func TestFinishedSweepsAreReadWhenAskedFor(t *testing.T) {
	const tasks = 5
	r := finishedRoot(t, 4, tasks)
	nobody := func(string) bool { return false }
	first, second := idOf(0, tasks, 2), idOf(1, tasks, 3)
	for name, ask := range map[string]func(x *Catalog) bool{
		"the last run":  func(x *Catalog) bool { return x.LastRun(first) == 1 },
		"the history":   func(x *Catalog) bool { h := x.History(first); return h.IsDone() && h.State("sweep0") == StateDone },
		"the newest":    func(x *Catalog) bool { l, err := x.Latest(first); return err == nil && l != nil && l.ID == first },
		"by its prefix": func(x *Catalog) bool { f := map[sweeps.ID]bool{}; x.WithPrefix(first.String()[:8], f); return f[first] },
		"the owner of a name": func(x *Catalog) bool {
			id, ok := x.Owner("sweep0", "results~pl.eta_e=2~pl.is_plastic=BOTH~seed=2.h5")
			return ok && id == first
		},
		"the names": func(x *Catalog) bool {
			n := 0
			for _, err := range x.Recorded("sweep0").Names() {
				if err == nil {
					n++
				}
			}
			return n == tasks
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := owned(t, r)
			keeps(t, x, tasks, "sweep3")
			if !x.Has("sweep0") || x.Has("sweep9") {
				t.Error("the sweeps are not known")
			}
			if !ask(x) {
				t.Error("not found")
			}
			keeps(t, x, tasks, "sweep0", "sweep3")
			if x.LastRun(second) != 1 || x.LastRun(sweeps.ID{1}) != 0 {
				t.Error("another sweep's task is not found, or one that is nowhere")
			}
			keeps(t, x, tasks, "sweep0", "sweep1", "sweep3")
			x.Unload(func(sweep string) bool { return sweep == "sweep1" })
			keeps(t, x, tasks, "sweep1", "sweep3")
			if !ask(x) {
				t.Error("not found again")
			}
			x.Unload(nobody)
			keeps(t, x, tasks, "sweep3")
		})
	}
}

// Run numbers are not given twice, even if the directory of a finished sweep is removed after its lines were unloaded.
func TestRunNumbersOutliveTheirSweep(t *testing.T) {
	const tasks = storedKeys
	nobody := func(string) bool { return false }
	id := idOf(0, tasks, 1)
	for name, before := range map[string]func(t *testing.T, x *Catalog){
		"loaded":         func(_ *testing.T, x *Catalog) { x.LastRun(id) },
		"unloaded":       func(_ *testing.T, x *Catalog) { x.LastRun(id); x.Unload(nobody) },
		"indexed":        func(_ *testing.T, x *Catalog) { x.Index() },
		"unloaded twice": func(_ *testing.T, x *Catalog) { x.LastRun(id); x.Unload(nobody); x.LastRun(id); x.Unload(nobody) },
		"indexed from stored keys": func(t *testing.T, x *Catalog) {
			owned(t, x.root).Index()
			x.Index()
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := finishedRoot(t, 3, tasks)
			appendLine(t, r, "sweep0", manifest.Line{ID: id, Sweep: "sweep0", State: manifest.Failed, Class: "numeric", Run: 3})
			finish(t, r, "sweep0", tasks)
			x := owned(t, r)
			before(t, x)
			if err := os.RemoveAll(r.SweepDir("sweep0")); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := x.Refresh(); err != nil {
					t.Fatal(err)
				}
				if run := x.LastRun(id); run != 3 || x.Has("sweep0") {
					t.Errorf("the last run is %d, want 3", run)
				}
				if run := x.LastRun(idOf(0, tasks, 5)); run != 1 {
					t.Errorf("the last run of another task is %d, want 1", run)
				}
				x.Unload(nobody)
			}
			if h := x.History(id); h.HasResult() || h.Failure() != nil {
				t.Errorf("a result of a removed sweep counts: %+v", h)
			}
		})
	}
}

func appendLine(t *testing.T, r *root.Root, sweep string, line manifest.Line) {
	t.Helper()
	m, err := manifest.Open(r.Manifest(sweep))
	if err == nil {
		err = m.Append(line)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Stored keys are removed with their sweep.
func TestStoredKeysOfARemovedSweep(t *testing.T) {
	r := finishedRoot(t, 3, storedKeys)
	x := owned(t, r)
	x.Index()
	if err := os.RemoveAll(r.SweepDir("sweep0")); err != nil {
		t.Fatal(err)
	}
	if err := x.Refresh(); err != nil {
		t.Fatal(err)
	}
	if is := storedKeyFiles(t, r); !slices.Equal(is, []string{"sweep1.ids"}) {
		t.Errorf("stored are %v", is)
	}
	if names, err := records.Names(r); err != nil || len(names) != 2 {
		t.Errorf("records of %v, %v: the record of a removed sweep is kept", names, err)
	}
	if err := os.RemoveAll(r.SweepDir("sweep1")); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(r); err != nil {
		t.Fatal(err)
	}
	if is := storedKeyFiles(t, r); !slices.Equal(is, []string{"sweep1.ids"}) {
		t.Errorf("a catalog that does not own the root changed them to %v", is)
	}
	owned(t, r)
	if is := storedKeyFiles(t, r); len(is) > 0 {
		t.Errorf("after a start are stored %v", is)
	}
}

func storedKeyFiles(t *testing.T, r *root.Root) (names []string) {
	t.Helper()
	paths, err := filepath.Glob(r.Private("sweeps", "*.ids"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	return names
}

// What is written to a finished sweep's manifest counts at the next refresh, and the sweep is no longer left out.
func TestAGrownManifestIsRead(t *testing.T) {
	const tasks = storedKeys
	r := finishedRoot(t, 2, tasks)
	x := owned(t, r)
	if x.LastRun(idOf(0, tasks, 0)) != 1 {
		t.Fatal("not found")
	}
	x.Unload(func(string) bool { return false })
	added := manifest.Line{ID: sweeps.ID{9}, Sweep: "sweep0", State: manifest.Failed, Class: "numeric", Run: 4}
	appendLine(t, r, "sweep0", added)
	if err := x.Refresh(); err != nil || x.LastRun(added.ID) != 4 {
		t.Errorf("the last run of a new line is %d (%v)", x.LastRun(added.ID), err)
	}
	x.Unload(func(string) bool { return false }) // by its record it had another size when it finished
	if !slices.Contains(x.Kept(), "sweep0") {
		t.Error("a sweep is left out whose record does not say that it is finished")
	}
}

// Stored keys save reading a manifest, and are not trusted if they are damaged or of another manifest.
func TestStoredKeys(t *testing.T) {
	const tasks = storedKeys
	r := finishedRoot(t, 2, tasks)
	path, id := r.Private("sweeps", "sweep0.ids"), idOf(0, tasks, 7)
	if owned(t, r).LastRun(id) != 1 {
		t.Fatal("not found")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if names, err := records.Names(r); err != nil || len(names) != 1 {
		t.Errorf("records of %v, %v", names, err)
	}
	for name, change := range map[string]func([]byte) []byte{
		"whole":           func(b []byte) []byte { return b },
		"cut short":       func(b []byte) []byte { return b[:len(b)-8] },
		"damaged":         func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"empty":           func([]byte) []byte { return nil },
		"of another size": func(b []byte) []byte { b[10] ^= 1; return b },
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, change(slices.Clone(text)), 0o600); err != nil {
				t.Fatal(err)
			}
			if owned(t, r).LastRun(id) != 1 {
				t.Error("not found")
			}
			if is, err := os.ReadFile(path); err != nil || !slices.Equal(is, text) {
				t.Errorf("%d bytes are stored, want %d (%v)", len(is), len(text), err)
			}
		})
	}
}

// A manifest is indexed once: neither Unload nor Refresh makes the catalog read it again, unless it has changed.
func TestAManifestIsIndexedOnce(t *testing.T) {
	const tasks = 4
	r := finishedRoot(t, 4, tasks)
	x := owned(t, r)
	x.Index()
	x.LastRun(idOf(0, tasks, 1)) // loads the sweep
	for range 2 {
		x.Unload(func(string) bool { return false })
		if err := x.Refresh(); err != nil {
			t.Fatal(err)
		}
		if again := x.unindexed(); len(again) > 0 {
			t.Errorf("%v would be indexed again", again)
		}
	}
	added := manifest.Line{ID: sweeps.ID{9}, Sweep: "sweep1", State: manifest.Failed, Class: "numeric", Run: 4}
	appendLine(t, r, "sweep1", added)
	finish(t, r, "sweep1", tasks)
	if err := x.Refresh(); err != nil {
		t.Fatal(err)
	}
	if x.LastRun(added.ID) != 4 || x.LastRun(idOf(1, tasks, 1)) != 1 {
		t.Error("the changed manifest is not indexed again")
	}
}
