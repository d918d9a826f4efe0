package coordinator

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

// hashings remembers, in .eisweep/hashed.jsonl, the hashing of results whose modification time
// differs from the manifest's, such as copies, or whose bytes do not match the manifest. It saves
// hashing them again, and makes all commands agree with what verify found. Only the holder of the
// root adds to the file. The file may be removed.
type hashings struct {
	path   string
	writes bool

	mu   sync.Mutex
	size int64 // of the file, as far as it was read
	last map[uint64]hashing
}

// hashing is the outcome of the last hashing of a file.
type hashing struct {
	modified int64 // nanoseconds since 1970
	is       soundness
}

// hashingLine is a line of the file.
type hashingLine struct {
	Sweep    string    `json:"sweep"`
	File     string    `json:"file"`
	Run      int       `json:"run"`
	Bytes    int64     `json:"bytes"`
	Modified time.Time `json:"modified"`
	Sound    bool      `json:"sound"`
}

func hashingsFile(r *root.Root) string { return r.Private("hashed.jsonl") }

func newHashings(r *root.Root) *hashings {
	return &hashings{path: hashingsFile(r), last: map[uint64]hashing{}}
}

// key identifies a result. A manifest line with another run or size is about another file.
func (c *claim) key() uint64 {
	return maphash.Comparable(nameSeed, [4]any{c.sweep, c.file, c.run, c.bytes})
}

// refresh reads what was added. Files whose entries cannot be read are hashed again.
func (h *hashings) refresh() {
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
		var l hashingLine
		if json.Unmarshal(text, &l) == nil {
			h.take(&l)
		}
	}
}

func (h *hashings) take(l *hashingLine) {
	is := damaged
	if l.Sound {
		is = sound
	}
	c := claim{sweep: l.Sweep, file: l.File, run: l.Run, bytes: l.Bytes}
	h.last[c.key()] = hashing{l.Modified.UnixNano(), is}
}

// at returns the outcome for a file that was last modified at that time.
func (h *hashings) at(c claim, modified time.Time) (soundness, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.last) == 0 {
		return sound, false
	}
	was, ok := h.last[c.key()]
	return was.is, ok && was.modified == modified.UnixNano()
}

// knows says whether anything is remembered of a file.
func (h *hashings) knows(c claim) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, ok := h.last[c.key()]
	return ok
}

// add remembers an outcome, here and, if writing is allowed, in the file. An outcome that cannot
// be written is forgotten here as well, since other commands would not know it.
func (h *hashings) add(c claim, modified time.Time, is soundness) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := hashingLine{c.sweep, c.file, c.run, c.bytes, modified.UTC(), is == sound}
	h.take(&l)
	if h.writes && h.write(&l) != nil {
		delete(h.last, c.key())
	}
}

func (h *hashings) write(l *hashingLine) error {
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
