package catalog

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"slices"
	"strconv"
	"strings"

	"eisweep/internal/atomicfile"
	"eisweep/sweeps"
)

// keyOf is the beginning of a task's id, which is a hash: hardly ever do two tasks share it, and then a manifest is read
// for nothing.
func keyOf(id sweeps.ID) uint64 { return binary.BigEndian.Uint64(id[:8]) }

// idIndex says which sweeps may have a task.
type idIndex struct {
	names   []string
	entries []idEntry // sorted once all are there
}

type idEntry struct {
	key  uint64
	name uint32 // its number in names
}

func (x *idIndex) add(name string, keys []uint64) {
	n := uint32(len(x.names))
	x.names = append(x.names, name)
	x.entries = slices.Grow(x.entries, len(keys))
	for _, k := range keys {
		x.entries = append(x.entries, idEntry{k, n})
	}
}

func (x *idIndex) sort() {
	slices.SortFunc(x.entries, func(a, b idEntry) int { return cmp.Compare(a.key, b.key) })
}

// find ranges over the sweeps that may have a task.
func (x *idIndex) find(id sweeps.ID) iter.Seq[string] { return x.between(keyOf(id), keyOf(id)) }

// between ranges over the sweeps that may have tasks with keys from first to last; some come more than once.
func (x *idIndex) between(first, last uint64) iter.Seq[string] {
	return func(yield func(string) bool) {
		i, _ := slices.BinarySearchFunc(x.entries, first, func(e idEntry, key uint64) int { return cmp.Compare(e.key, key) })
		for ; i < len(x.entries) && x.entries[i].key <= last; i++ {
			if !yield(x.names[x.entries[i].name]) {
				return
			}
		}
	}
}

// storedKeys is from how many keys on they are stored in a file: fewer are read as fast from the manifest.
const storedKeys = 1000

// maxKeysFile bounds the size of such a file, in bytes.
const maxKeysFile = 1 << 33

// keysHeader identifies a manifest of a size and with these last bytes. It begins such a file, and its end is the SHA-256
// of what is before.
func keysHeader(size int64, tail []byte) []byte {
	sum := sha256.Sum256(tail)
	return append(binary.BigEndian.AppendUint64([]byte("eisids1\n"), uint64(size)), sum[:]...)
}

// readKeys reads the stored keys of a manifest; not ok where they must be read from the manifest.
func readKeys(path string, size int64, tail []byte) (keys []uint64, ok bool) {
	text, err := atomicfile.Read(path, maxKeysFile)
	if err != nil || len(text) < sha256.Size {
		return nil, false
	}
	text, sum := text[:len(text)-sha256.Size], text[len(text)-sha256.Size:]
	body, ok := bytes.CutPrefix(text, keysHeader(size, tail))
	if is := sha256.Sum256(text); !ok || len(body)%8 != 0 || !bytes.Equal(is[:], sum) {
		return nil, false
	}
	keys = make([]uint64, len(body)/8)
	for i := range keys {
		keys[i] = binary.BigEndian.Uint64(body[8*i:])
	}
	return keys, true
}

func writeKeys(path string, size int64, tail []byte, keys []uint64) error {
	text := keysHeader(size, tail)
	for _, k := range keys {
		text = binary.BigEndian.AppendUint64(text, k)
	}
	sum := sha256.Sum256(text)
	return atomicfile.Write(path, append(text, sum[:]...), 0o600)
}

// keysWith is the range of the keys of tasks whose ids, as text, begin with start: t and hex digits.
func keysWith(start string) (first, last uint64) {
	digits := strings.TrimPrefix(start, "t")
	digits = digits[:min(len(digits), 16)]
	low, err := strconv.ParseUint(digits+strings.Repeat("0", 16-len(digits)), 16, 64)
	high, err2 := strconv.ParseUint(digits+strings.Repeat("f", 16-len(digits)), 16, 64)
	if err != nil || err2 != nil {
		return 1, 0 // no id begins so
	}
	return low, high
}
