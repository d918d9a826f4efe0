package catalog

import (
	"bytes"
	"errors"
	"hash/maphash"
	"io/fs"
	"iter"
	"os"
	"slices"

	"eisweep/internal/atomicfile"
	"eisweep/sweeps"
)

// manifestIndex is a manifest as far as the catalog has read it.
type manifestIndex struct {
	sweep  string
	number uint32 // under which the table of tasks has it
	files  nameTable
	size   int64       // what was read
	info   os.FileInfo // of the file; nil when there was none
	tail   []byte      // the last bytes that were read
	// conflicts are tasks whose last line gives them a name that a later line gives to
	// another task: by the task, the hash of the name.
	conflicts map[sweeps.ID]uint64
}

func newManifestIndex(sweep string) *manifestIndex {
	return &manifestIndex{sweep: sweep, conflicts: map[sweeps.ID]uint64{}}
}

// tailLength is how many of them tell one manifest from another.
const tailLength = 256

// isPrefixOf reports whether the manifest at a path still begins with what was read of it. The error
// says why that cannot be found out.
func (m *manifestIndex) isPrefixOf(path string) (bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m.info == nil, nil
	}
	if err != nil || m.info == nil {
		return m.size == 0, err
	}
	if !os.SameFile(info, m.info) || info.Size() < m.size {
		return false, nil
	}
	tail, err := readTail(path, m.size)
	return bytes.Equal(tail, m.tail), err
}

// remember notes how to recognize the manifest.
func (m *manifestIndex) remember(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	tail, err := readTail(path, m.size)
	if err == nil {
		m.info, m.tail = info, tail
	}
	return err
}

func readTail(path string, end int64) ([]byte, error) {
	f, err := atomicfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	tail := make([]byte, min(end, tailLength))
	_, err = f.ReadAt(tail, end-int64(len(tail)))
	return tail, err
}

var nameSeed = maphash.MakeSeed()

// hashName represents a file's name by 8 bytes instead of a hundred.
func hashName(file string) uint64 { return maphash.String(nameSeed, file) }

// ownerOfHash returns the task whose result has a name by a manifest, by the hash of the name; zero if none has.
func (x *Catalog) ownerOfHash(m *manifestIndex, file uint64) sweeps.ID {
	x.mu.Lock()
	defer x.mu.Unlock()
	id, _ := x.owner(m, file)
	return id
}

func (x *Catalog) owner(m *manifestIndex, file uint64) (sweeps.ID, bool) {
	row, ok := m.files.row(file)
	if !ok {
		return sweeps.ID{}, false
	}
	return x.tasks.row(row).id, true
}

// Owner returns the task whose result has a name by a sweep's manifest, and whether the manifest has the name.
func (x *Catalog) Owner(sweep, file string) (sweeps.ID, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.load(sweep)
	m := x.manifests[sweep]
	if m == nil {
		return sweeps.ID{}, false
	}
	return x.owner(m, hashName(file))
}

// Release notes that a result no longer has its name.
func (x *Catalog) Release(sweep, file string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.load(sweep)
	if m := x.manifests[sweep]; m != nil {
		m.files.remove(hashName(file))
	}
}

// CopyAt returns the copy of a task's result under a name; nil if there is none.
func (x *Catalog) CopyAt(id sweeps.ID, sweep, file string) (*Entry, error) {
	name := hashName(file)
	x.mu.Lock()
	x.load(sweep)
	h := x.historyOf(id)
	x.mu.Unlock()
	for _, c := range h.copies {
		if c.in.sweep == sweep && c.file == name {
			return x.Line(c)
		}
	}
	return nil, nil
}

// Files is a set of result files that a sweep's manifest has. The zero value is empty.
type Files struct {
	catalog *Catalog
	sweep   string
	names   map[uint64]bool // by their hashes
}

// Recorded returns the result files that a sweep's manifest has.
func (x *Catalog) Recorded(sweep string) *Files {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.load(sweep)
	out := &Files{catalog: x, sweep: sweep}
	if m := x.manifests[sweep]; m != nil {
		out.names = make(map[uint64]bool, m.files.names)
		for name := range m.files.all() {
			out.names[name] = true
		}
	}
	return out
}

// Remove takes a file out of the set.
func (f *Files) Remove(name string) { delete(f.names, hashName(name)) }

// Names reads the names of the files from the manifest, in no order. It ends with the first error.
func (f *Files) Names() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for file := range f.names {
			for _, c := range f.catalog.copiesNamed(f.sweep, file) {
				l, err := f.catalog.Line(c)
				if err != nil {
					yield("", err)
					return
				}
				if !yield(l.Line.File, nil) {
					return
				}
			}
		}
	}
}

// copiesNamed returns the lines of a sweep's manifest that give the owner of a name that name.
func (x *Catalog) copiesNamed(sweep string, file uint64) []Ref {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.load(sweep)
	m := x.manifests[sweep]
	if m == nil {
		return nil
	}
	id, _ := x.owner(m, file)
	return slices.DeleteFunc(x.historyOf(id).copies, func(c Ref) bool { return c.in != m || c.file != file })
}
