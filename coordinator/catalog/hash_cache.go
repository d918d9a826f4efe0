package catalog

import (
	"bufio"
	"encoding/json"
	"errors"
	"hash/maphash"
	"os"
	"sync"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// hashCache stores, in .eisweep/hashed.jsonl, the outcomes of hashing results whose modification time
// differs from the manifest's, such as copies, or whose bytes do not match the manifest. It saves
// hashing them again, and makes all commands agree with what verify found. Only the process that holds
// the root's lock adds to the file. The file may be removed.
type hashCache struct {
	path   string
	writes bool

	mu   sync.Mutex
	size int64 // of the file, as far as it was read
	last map[uint64]hashOutcome
}

// hashOutcome is the outcome of the last hashing of a file.
type hashOutcome struct {
	modified int64 // nanoseconds since 1970
	is       FileState
}

// hashLine is a line of the file.
type hashLine struct {
	Sweep    string    `json:"sweep"`
	File     string    `json:"file"`
	Run      int       `json:"run"`
	Bytes    int64     `json:"bytes"`
	Modified time.Time `json:"modified"`
	Sound    bool      `json:"sound"`
}

func hashFile(r *root.Root) string { return r.Private("hashed.jsonl") }

func newHashCache(r *root.Root) *hashCache {
	return &hashCache{path: hashFile(r), last: map[uint64]hashOutcome{}}
}

// key identifies a result. A manifest line with another run or size is about another file.
func (c *fileClaim) key() uint64 {
	return maphash.Comparable(nameSeed, [4]any{c.sweep, c.file, c.run, c.bytes})
}

// refresh reads what was added. Files whose entries cannot be read are hashed again.
func (h *hashCache) refresh() {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, err := atomicfile.Open(h.path)
	if err != nil {
		h.size = 0
		clear(h.last)
		return
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() < h.size {
		h.size = 0
		clear(h.last)
	}
	if _, err := f.Seek(h.size, 0); err != nil {
		return
	}
	for in := bufio.NewReader(f); ; {
		text, err := in.ReadBytes('\n')
		if err != nil {
			return // the rest is a torn line
		}
		h.size += int64(len(text))
		var l hashLine
		if json.Unmarshal(text, &l) == nil {
			h.take(&l)
		}
	}
}

func (h *hashCache) take(l *hashLine) {
	is := Damaged
	if l.Sound {
		is = Intact
	}
	c := fileClaim{sweep: l.Sweep, file: l.File, run: l.Run, bytes: l.Bytes}
	h.last[c.key()] = hashOutcome{l.Modified.UnixNano(), is}
}

// at returns the outcome for a file that was last modified at that time.
func (h *hashCache) at(c fileClaim, modified time.Time) (FileState, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.last) == 0 {
		return Intact, false
	}
	was, ok := h.last[c.key()]
	return was.is, ok && was.modified == modified.UnixNano()
}

// knows reports whether there is an outcome for a file.
func (h *hashCache) knows(c fileClaim) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, ok := h.last[c.key()]
	return ok
}

// add remembers an outcome, here and, if writing is allowed, in the file. An outcome that cannot
// be written is forgotten here as well, since other commands would not know it.
func (h *hashCache) add(c fileClaim, modified time.Time, is FileState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := hashLine{c.sweep, c.file, c.run, c.bytes, modified.UTC(), is == Intact}
	h.take(&l)
	if h.writes && h.write(&l) != nil {
		delete(h.last, c.key())
	}
}

func (h *hashCache) write(l *hashLine) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	f, err := atomicfile.OpenFile(h.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if err = root.Share(f); err == nil {
		_, err = f.Write(append(text, '\n'))
	}
	return errors.Join(err, f.Close())
}
