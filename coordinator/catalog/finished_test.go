package catalog

import (
	"encoding/binary"
	"os"
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
	if got := x.Kept(); !slices.Equal(got, want) || len(x.tasks) != tasks*len(want) {
		t.Errorf("kept are %d tasks and the sweeps %v, want %d of %v", len(x.tasks), got, tasks*len(want), want)
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

// A run number that was given to a task is not forgotten with the lines of its sweep.
func TestUnloadKeepsRunNumbers(t *testing.T) {
	r := finishedRoot(t, 2, 3)
	x := owned(t, r)
	id := idOf(0, 3, 1)
	x.RaiseRun(id, 7)
	for range 2 {
		if run := x.LastRun(id); run != 7 {
			t.Errorf("the last run is %d, want 7", run)
		}
		x.Unload(func(string) bool { return false })
	}
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
	m, err := manifest.Open(r.Manifest("sweep0"))
	if err == nil {
		err = m.Append(added)
	}
	if err == nil {
		err = m.Close()
	}
	if err == nil {
		err = x.Refresh()
	}
	if err != nil || x.LastRun(added.ID) != 4 {
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

func TestUnloadKeepsTheIndexIfNothingIsUnloaded(t *testing.T) {
	x := owned(t, finishedRoot(t, 3, 4))
	x.Unload(func(string) bool { return false })
	x.History(idOf(0, 4, 1)) // makes the index
	x.Unload(func(string) bool { return false })
	x.History(idOf(9, 4, 0))
	made := x.index
	x.Unload(func(string) bool { return false })
	if made == nil || x.index != made {
		t.Error("the index is made anew though nothing was unloaded")
	}
}
