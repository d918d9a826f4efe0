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
// of the ids that these manifests have is made when it is first asked about a task, and extended afterwards; see id_index.go.

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
	gone := map[*manifestIndex][]indexKey{}
	for name, m := range x.manifests {
		if x.isReleasable(name) && !needed(name) {
			gone[m] = nil
			delete(x.manifests, name)
			x.unread[name] = true
		}
	}
	if len(gone) == 0 {
		return
	}
	unloaded := func(s Ref) bool { _, ok := gone[s.in]; return ok }
	for id, n := range x.tasks.all() {
		h := x.tasks.historyOf(n)
		lines := len(h.copies) + len(h.failures)
		for _, s := range slices.Concat(h.copies, h.failures) {
			if unloaded(s) {
				gone[s.in] = append(gone[s.in], indexKey{keyOf(id), h.run})
			}
		}
		h.copies, h.failures = slices.DeleteFunc(h.copies, unloaded), slices.DeleteFunc(h.failures, unloaded)
		was := h.newest
		if h.recount(); len(h.copies)+len(h.failures) == 0 && h.run <= was {
			x.tasks.remove(id) // all of it can be read again
		} else if h.newest != was || len(h.copies)+len(h.failures) != lines {
			x.tasks.put(id, h)
		}
	}
	for m, keys := range gone {
		x.tasks.dismiss(m)
		if info, err := os.Stat(x.root.Manifest(m.sweep)); err == nil && isUnchanged(m.info, info) {
			x.index.add(m.sweep, info, compactKeys(keys))
		} else { // it is indexed when it is needed
			x.index.setGone(m.sweep)
			x.indexComplete = false
		}
	}
	x.index.sort()
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
	x.makeIndex()
	for e := range x.index.between(keyOf(id), keyOf(id)) {
		if x.index.isGone(e) {
			h := x.historyOf(id)
			h.run = max(h.run, e.run)
			x.tasks.put(id, h)
		} else {
			x.load(x.index.name(e))
		}
	}
}

// Index makes the index of the manifests that were left out. Any question about a task does that too, but Index lets other
// goroutines use the catalog meanwhile: there may be thousands of manifests.
func (x *Catalog) Index() {
	x.mu.Lock()
	unindexed, look := x.unindexed(), x.look
	x.mu.Unlock()
	read := x.readIndex(unindexed)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.look == look { // else a manifest may have changed meanwhile
		x.extendIndex(read)
	}
}

// makeIndex is Index for callers that hold the lock.
func (x *Catalog) makeIndex() {
	if !x.indexComplete {
		x.extendIndex(x.readIndex(x.unindexed()))
	}
}

// unindexed lists the sweeps that were left out and are not in the index. The lock is held.
func (x *Catalog) unindexed() (names []string) {
	for name := range x.unread {
		if !x.index.has(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// indexed is what the index is to hold of a manifest.
type indexed struct {
	name string
	info os.FileInfo // of the manifest; nil if there is none
	keys []indexKey
	err  error
}

// readIndex reads what the index is to hold of sweeps. It needs no lock.
func (x *Catalog) readIndex(names []string) []indexed {
	out := make([]indexed, len(names))
	for i, name := range names {
		out[i].name = name
		out[i].info, out[i].keys, out[i].err = x.keysOf(name)
	}
	return out
}

// extendIndex adds manifests to the index. Those that cannot be indexed are read. The lock is held.
func (x *Catalog) extendIndex(list []indexed) {
	for _, m := range list {
		switch {
		case x.index.has(m.name):
		case m.err != nil:
			x.load(m.name)
		default:
			x.index.add(m.name, m.info, m.keys)
		}
	}
	x.index.sort()
	x.indexComplete = len(x.unindexed()) == 0
}

// keysOf returns the keys of the tasks that a manifest has. They are stored beside the sweep's record.
func (x *Catalog) keysOf(name string) (info os.FileInfo, keys []indexKey, err error) {
	if info, err = os.Stat(x.root.Manifest(name)); os.IsNotExist(err) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	tail, err := readTail(x.root.Manifest(name), info.Size())
	if err != nil {
		return nil, nil, err
	}
	path := records.KeysPath(x.root, name)
	if keys, ok := readKeys(path, info.Size(), tail); ok {
		return info, keys, nil
	}
	for b, err := range manifest.ReadBriefs(x.root.Manifest(name), 0) {
		if err != nil {
			return nil, nil, err
		}
		keys = append(keys, indexKey{keyOf(b.ID), int32(b.Run)})
	}
	keys = compactKeys(keys)
	if x.owned && len(keys) >= storedKeys {
		_ = writeKeys(path, info.Size(), tail, keys) // else they are read from the manifest again
	}
	return info, keys, nil
}

// updateIndex compares the index with the manifests as they are. Sweeps that were removed keep their run numbers; manifests
// that have changed are indexed again. The lock is held.
func (x *Catalog) updateIndex(names []string) {
	x.indexComplete = false
	for _, name := range x.index.sweeps() {
		if _, found := slices.BinarySearch(names, name); !found {
			x.index.setGone(name)
			continue
		}
		if info, err := os.Stat(x.root.Manifest(name)); err != nil || !x.index.isOf(name, info) {
			x.index.setGone(name) // also the earlier lines' run numbers count
		}
	}
	if x.owned {
		records.RemoveOldKeys(x.root, names)
	}
}
