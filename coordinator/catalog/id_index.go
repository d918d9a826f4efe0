package catalog

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"eisweep/internal/atomicfile"
	"eisweep/sweeps"
)

// keyOf is the beginning of a task's id, which is a hash. If two tasks ever share it, a manifest is read in vain.
func keyOf(id sweeps.ID) uint64 { return binary.BigEndian.Uint64(id[:8]) }

// idIndex says which sweeps may have a task, and the highest run number that the task had there.
type idIndex struct {
	manifests []indexedManifest // by number
	numbers   map[string]uint32 // of the manifests that are not gone, by sweep
	entries   []idEntry         // sorted
	unsorted  bool
}

// indexedManifest is a manifest whose tasks an index has.
type indexedManifest struct {
	sweep string
	info  os.FileInfo // nil if the sweep has none
	gone  bool        // it was removed or replaced: only its run numbers count
}

type idEntry struct {
	key    uint64
	number uint32 // of the manifest
	run    int32
}

// indexKey is what the index holds of a task in one manifest.
type indexKey struct {
	key uint64
	run int32
}

// compactKeys sorts keys, and keeps the highest run of each.
func compactKeys(keys []indexKey) []indexKey {
	slices.SortFunc(keys, func(a, b indexKey) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(b.run, a.run)) })
	return slices.CompactFunc(keys, func(a, b indexKey) bool { return a.key == b.key })
}

// add adds a manifest, unless the index has it already. The caller sorts the index afterwards.
func (x *idIndex) add(sweep string, info os.FileInfo, keys []indexKey) {
	if x.has(sweep) {
		if x.isOf(sweep, info) {
			return
		}
		x.setGone(sweep)
	}
	n := uint32(len(x.manifests))
	x.manifests = append(x.manifests, indexedManifest{sweep: sweep, info: info})
	if x.numbers == nil {
		x.numbers = map[string]uint32{}
	}
	x.numbers[sweep] = n
	x.entries = slices.Grow(x.entries, len(keys))
	for _, k := range keys {
		x.entries = append(x.entries, idEntry{k.key, n, k.run})
	}
	x.unsorted = x.unsorted || len(keys) > 0
}

func (x *idIndex) sort() {
	if !x.unsorted {
		return
	}
	x.unsorted = false
	slices.SortFunc(x.entries, func(a, b idEntry) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(b.run, a.run)) })
	kept := x.entries[:0]
	for _, e := range x.entries {
		// Of an earlier manifest, a run number counts only if it is the highest.
		if len(kept) > 0 && x.isGone(e) && kept[len(kept)-1].key == e.key {
			continue
		}
		kept = append(kept, e)
	}
	x.entries = kept
}

// setGone notes that a sweep's manifest was removed or replaced.
func (x *idIndex) setGone(sweep string) {
	if n, ok := x.numbers[sweep]; ok {
		x.manifests[n].gone = true
		delete(x.numbers, sweep)
	}
}

func (x *idIndex) isGone(e idEntry) bool { return x.manifests[e.number].gone }

// sweeps lists the sweeps whose manifests are in the index and not gone, in no order.
func (x *idIndex) sweeps() []string { return slices.Collect(maps.Keys(x.numbers)) }

func (x *idIndex) has(sweep string) bool { _, ok := x.numbers[sweep]; return ok }

// isOf reports whether the index holds a sweep's manifest as it is now.
func (x *idIndex) isOf(sweep string, now os.FileInfo) bool {
	return isUnchanged(x.manifests[x.numbers[sweep]].info, now)
}

// isUnchanged reports whether a manifest is the same and was not written to between two looks.
func isUnchanged(was, now os.FileInfo) bool {
	return was != nil && now != nil && os.SameFile(was, now) && was.Size() == now.Size() && was.ModTime().Equal(now.ModTime())
}

// name is the sweep of an entry.
func (x *idIndex) name(e idEntry) string { return x.manifests[e.number].sweep }

// between ranges over the entries of tasks with keys from first to last.
func (x *idIndex) between(first, last uint64) iter.Seq[idEntry] {
	return func(yield func(idEntry) bool) {
		i, _ := slices.BinarySearchFunc(x.entries, first, func(e idEntry, key uint64) int { return cmp.Compare(e.key, key) })
		for ; i < len(x.entries) && x.entries[i].key <= last; i++ {
			if !yield(x.entries[i]) {
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
	return append(binary.BigEndian.AppendUint64([]byte("eisids2\n"), uint64(size)), sum[:]...)
}

// keyBytes is the size of a stored key with its run number.
const keyBytes = 12

// readKeys reads the stored keys of a manifest; not ok where they must be read from the manifest.
func readKeys(path string, size int64, tail []byte) (keys []indexKey, ok bool) {
	text, err := atomicfile.Read(path, maxKeysFile)
	if err != nil || len(text) < sha256.Size {
		return nil, false
	}
	text, sum := text[:len(text)-sha256.Size], text[len(text)-sha256.Size:]
	body, ok := bytes.CutPrefix(text, keysHeader(size, tail))
	if is := sha256.Sum256(text); !ok || len(body)%keyBytes != 0 || !bytes.Equal(is[:], sum) {
		return nil, false
	}
	keys = make([]indexKey, len(body)/keyBytes)
	for i := range keys {
		at := body[keyBytes*i:]
		keys[i] = indexKey{binary.BigEndian.Uint64(at), int32(binary.BigEndian.Uint32(at[8:]))}
	}
	return keys, true
}

func writeKeys(path string, size int64, tail []byte, keys []indexKey) error {
	text := keysHeader(size, tail)
	for _, k := range keys {
		text = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(text, k.key), uint32(k.run))
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
		return 1, 0 // no id has this prefix
	}
	return low, high
}
