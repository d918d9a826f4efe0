package catalog

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"eisweep/coordinator/records"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// The catalog of a coordinator keeps no lines of finished sweeps, of which a root may have thousands. It reads a manifest
// again when it is asked about its sweep, or about a task that the manifest has, and keeps its lines until Unload. An index
// of the ids that these manifests have is made when it is first asked about a task; see id_index.go.

// Lazy returns a catalog that reads a manifest only when it is asked about its sweep, or about any task.
func Lazy(r *root.Root) (*Catalog, error) {
	x := New(r)
	names, err := r.Sweeps()
	if err != nil {
		return nil, fmt.Errorf("list sweeps: %w", err)
	}
	x.hashes.refresh()
	for _, name := range names {
		x.unread[name] = true
	}
	return x, nil
}

// Unload forgets the lines of finished sweeps, but of those for which needed holds. They are read again when they are
// asked for.
func (x *Catalog) Unload(needed func(sweep string) bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	gone := map[*manifestIndex]bool{}
	for name, m := range x.manifests {
		if x.isReleasable(name) && !needed(name) {
			gone[m] = true
			delete(x.manifests, name)
			x.unread[name] = true
		}
	}
	if len(gone) == 0 {
		return
	}
	x.index = nil
	unloaded := func(s Ref) bool { return gone[s.in] }
	for id, t := range x.tasks {
		h := t.history()
		h.copies, h.failures = slices.DeleteFunc(h.copies, unloaded), slices.DeleteFunc(h.failures, unloaded)
		was := h.newest
		if h.recount(); len(h.copies)+len(h.failures) == 0 && h.run <= was {
			delete(x.tasks, id) // all of it can be read again
		} else if h.newest != was || len(h.copies)+len(h.failures) != t.count() {
			t.keep(h)
		}
	}
}

// isReleasable reports whether the lines of a sweep need not be kept: it is finished, and its manifest is complete and
// can be read.
func (x *Catalog) isReleasable(name string) bool {
	if !x.owned || x.faults[name] != nil {
		return false
	}
	_, ok := records.ReadSettled(x.root, name)
	return ok
}

// Kept lists the sweeps whose lines the catalog keeps now, sorted.
func (x *Catalog) Kept() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Sorted(maps.Keys(x.manifests))
}

// load reads the manifest of a sweep that was left out. The lock is held.
func (x *Catalog) load(sweep string) {
	if x.unread[sweep] {
		_ = x.read(sweep) // it is among the faults
	}
}

// loadTask reads the manifests that were left out and have a task. The lock is held.
func (x *Catalog) loadTask(id sweeps.ID) {
	if len(x.unread) == 0 {
		return
	}
	x.makeIndex()
	for name := range x.index.find(id) {
		x.load(name)
	}
}

// makeIndex makes the index of the manifests that were left out, unless there is one. Those that cannot be indexed are read.
func (x *Catalog) makeIndex() {
	if x.index != nil {
		return
	}
	x.index = &idIndex{}
	for _, name := range slices.Sorted(maps.Keys(x.unread)) {
		keys, err := x.keysOf(name)
		if err != nil {
			x.load(name)
			continue
		}
		x.index.add(name, keys)
	}
	x.index.sort()
}

// keysOf returns the keys of the tasks that a manifest has. They are stored beside the sweep's record.
func (x *Catalog) keysOf(name string) ([]uint64, error) {
	path, info, err := x.root.Private("sweeps", name+".ids"), os.FileInfo(nil), error(nil)
	if info, err = os.Stat(x.root.Manifest(name)); os.IsNotExist(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	tail, err := readTail(x.root.Manifest(name), info.Size())
	if err != nil {
		return nil, err
	}
	if keys, ok := readKeys(path, info.Size(), tail); ok {
		return keys, nil
	}
	var keys []uint64
	for b, err := range manifest.ReadBriefs(x.root.Manifest(name), 0) {
		if err != nil {
			return nil, err
		}
		keys = append(keys, keyOf(b.ID))
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if x.owned && len(keys) >= storedKeys {
		_ = writeKeys(path, info.Size(), tail, keys) // else they are read from the manifest again
	}
	return keys, nil
}
