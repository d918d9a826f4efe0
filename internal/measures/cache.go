package measures

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"eisweep/internal/atomicfile"
)

// cacheName is the file beside a manifest that holds the measures of the sweep's results.
const cacheName = "measures.cache"

// maxCache is how large the file may be: enough for millions of results.
const maxCache = 1 << 30

// version must be raised whenever the computation of a measure changes.
const version = 1

// sum is a file's SHA-256.
type sum [32]byte

func parseSum(text string) (s sum, ok bool) {
	n, err := hex.Decode(s[:], []byte(text))
	return s, err == nil && n == len(s) && len(text) == 2*len(s)
}

// cache holds the measures of files in one directory, by their SHA-256. The first line of its file names the measures.
// Records of equal size follow: the sum, the values, and the CRC-32C of both. A file with another first line is ignored,
// and so are damaged records.
type cache struct {
	dir    string
	values map[sum]Values // nil for a file that is wanted and not known
	added  []sum
}

// cacheLine is the first line of the file.
func cacheLine() []byte {
	names := make([]string, len(All()))
	for i, m := range All() {
		names[i] = m.Name
	}
	return fmt.Appendf(nil, "eisweep measures %d %s\n", version, strings.Join(names, " "))
}

// recordSize is how many bytes a record takes.
func recordSize() int { return len(sum{}) + 8*len(All()) + crc32.Size }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func encodeRecord(s sum, v Values) []byte {
	record := v.encode(s[:])
	return binary.LittleEndian.AppendUint32(record, crc32.Checksum(record, castagnoli))
}

// decodeRecord returns what encodeRecord made a record from.
func decodeRecord(record []byte) (s sum, v Values, ok bool) {
	text, check := record[:len(record)-crc32.Size], record[len(record)-crc32.Size:]
	if crc32.Checksum(text, castagnoli) != binary.LittleEndian.Uint32(check) {
		return s, nil, false
	}
	v, err := decode(text[copy(s[:], text):])
	return s, v, err == nil
}

// records passes on every record of the cache's file that is in order.
func (c *cache) records(each func(s sum, v Values, record []byte)) {
	f, err := atomicfile.Open(filepath.Join(c.dir, cacheName))
	if err != nil {
		return
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() > maxCache {
		return
	}
	in, line := bufio.NewReader(f), cacheLine()
	if first := make([]byte, len(line)); !readAll(in, first) || !bytes.Equal(first, line) {
		return
	}
	for record := make([]byte, recordSize()); readAll(in, record); {
		if s, v, ok := decodeRecord(record); ok {
			each(s, v, record)
		}
	}
}

func readAll(from io.Reader, to []byte) bool {
	_, err := io.ReadFull(from, to)
	return err == nil
}

// load reads the measures that are wanted.
func (c *cache) load() {
	c.records(func(s sum, v Values, _ []byte) {
		if _, wanted := c.values[s]; wanted {
			c.values[s] = v
		}
	})
}

// add adds the measures of a file.
func (c *cache) add(s sum, v Values) {
	c.values[s], c.added = v, append(c.added, s)
}

// save writes a new file with the existing and the added records. It writes nothing into a directory that belongs to
// another user or is not writable. A file that can't be written is not an error: the measures are then computed again.
func (c *cache) save() {
	if len(c.added) == 0 || !c.isOwn() {
		return
	}
	_ = atomicfile.RemoveStale(c.dir, time.Hour)
	draft, err := atomicfile.Create(filepath.Join(c.dir, cacheName), 0o644)
	if err != nil {
		return
	}
	defer func() { _ = draft.Discard() }()
	out := bufio.NewWriter(draft) // it keeps its first error
	_, _ = out.Write(cacheLine())
	added := map[sum]bool{}
	for _, s := range c.added {
		if !added[s] {
			added[s] = true
			_, _ = out.Write(encodeRecord(s, c.values[s]))
		}
	}
	c.records(func(s sum, _ Values, record []byte) {
		if !added[s] {
			_, _ = out.Write(record)
		}
	})
	if out.Flush() == nil {
		_ = draft.Commit()
	}
}

// isOwn reports whether the directory is this user's.
func (c *cache) isOwn() bool {
	info, err := os.Stat(c.dir)
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid() && unix.Access(c.dir, unix.W_OK) == nil
}
