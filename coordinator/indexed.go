package coordinator

import (
	"bytes"
	"errors"
	"hash/maphash"
	"io/fs"
	"maps"
	"os"

	"eisweep/internal/atomicfile"
	"eisweep/sweeps"
)

// indexed is a manifest as far as the index has read it.
type indexed struct {
	sweep string
	files map[uint64]sweeps.ID // by the hash of a file's name: the task whose result it is
	size  int64                // what was read
	info  os.FileInfo          // of the file; nil when there was none
	tail  []byte               // the last bytes that were read
	// contested are tasks whose last line gives them a name that a later line gives to
	// another task: by the task, the hash of the name.
	contested map[sweeps.ID]uint64
}

func newIndexed(sweep string) *indexed {
	return &indexed{sweep: sweep, files: map[uint64]sweeps.ID{}, contested: map[sweeps.ID]uint64{}}
}

// tailLength is how many of them tell one manifest from another.
const tailLength = 256

// grown says whether the manifest still begins with what was read of it. The error says why
// that cannot be found out.
func (m *indexed) grown(path string) (bool, error) {
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

// remember notes by what to know the manifest again.
func (m *indexed) remember(path string) error {
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

// hashName stands for a file's name: 8 bytes instead of a hundred.
func hashName(file string) uint64 { return maphash.String(nameSeed, file) }

// owner returns the task whose result has a name by a manifest; zero if none has.
func (x *index) owner(m *indexed, file uint64) sweeps.ID {
	x.mu.Lock()
	defer x.mu.Unlock()
	return m.files[file]
}

// ownerOf is owner by the sweep's name, and whether the manifest has the file.
func (x *index) ownerOf(sweep, file string) (sweeps.ID, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	m := x.manifests[sweep]
	if m == nil {
		return sweeps.ID{}, false
	}
	id, ok := m.files[hashName(file)]
	return id, ok
}

// disown takes down that a file has lost its name.
func (x *index) disown(sweep, file string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if m := x.manifests[sweep]; m != nil {
		delete(m.files, hashName(file))
	}
}

// copyAt returns the copy of a task's result under a name; nil if there is none.
func (x *index) copyAt(id sweeps.ID, sweep, file string) (*located, error) {
	name := hashName(file)
	for _, c := range x.of(id).copies {
		if c.in.sweep == sweep && c.file == name {
			return x.line(c)
		}
	}
	return nil, nil
}

// recorded returns the files that a sweep's manifest has: by the hash of a name, the
// task.
func (x *index) recorded(sweep string) map[uint64]sweeps.ID {
	x.mu.Lock()
	defer x.mu.Unlock()
	out := map[uint64]sweeps.ID{}
	if m := x.manifests[sweep]; m != nil {
		maps.Copy(out, m.files)
	}
	return out
}
