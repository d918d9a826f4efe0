package worker

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// A checkpoint's file is a head (magic, format, how far it is, how long computing that took in all attempts,
// and the SHA-256 of these) and the state as the task's Saver wrote it, which has a checksum of its own. Format
// 1, which is read as well, has no time.
const (
	checkpointMagic  = "eisweep-checkpoint\n"
	checkpointFormat = 2
	checkpointHead   = len(checkpointMagic) + 2 + 8 + 8 + sha256.Size
	timelessFormat   = 1
	timelessHead     = checkpointHead - 8
)

// position is the content of a checkpoint's head.
type position struct {
	done  int64         // stimuli
	spent time.Duration // on them
	size  int           // of the head
}

// previousSuffix is the suffix of the attempt's checkpoint previousSuffix the last one.
const previousSuffix = ".before"

// Errors of checkpoints that cannot be used.
var (
	errDamaged = errors.New("it is damaged")
	errFormat  = errors.New("it is of another version")
)

// headOf is the head of a checkpoint that has settled so many stimuli in such a time.
func headOf(done int64, spent time.Duration) []byte {
	head := append([]byte(checkpointMagic), 0, checkpointFormat)
	head = binary.BigEndian.AppendUint64(head, uint64(done))
	head = binary.BigEndian.AppendUint64(head, uint64(spent))
	sum := sha256.Sum256(head)
	return append(head, sum[:]...)
}

// readHead reads how far a checkpoint is.
func readHead(r io.ReaderAt) (at position, err error) {
	const numbers = len(checkpointMagic) + 2
	start := make([]byte, numbers)
	if err := readWhole(r, start); err != nil {
		return at, err
	}
	switch format := binary.BigEndian.Uint16(start[len(checkpointMagic):]); {
	case !bytes.HasPrefix(start, []byte(checkpointMagic)):
		return at, errDamaged
	case format == checkpointFormat:
		at.size = checkpointHead
	case format == timelessFormat:
		at.size = timelessHead
	default:
		return at, errFormat
	}
	head := make([]byte, at.size)
	if err := readWhole(r, head); err != nil {
		return at, err
	}
	signed := head[:at.size-sha256.Size]
	if sum := sha256.Sum256(signed); !bytes.Equal(sum[:], head[len(signed):]) {
		return at, errDamaged
	}
	at.done = int64(binary.BigEndian.Uint64(signed[numbers:]))
	if at.size == checkpointHead {
		at.spent = time.Duration(binary.BigEndian.Uint64(signed[numbers+8:]))
	}
	return at, nil
}

// readWhole fills b from the start of a file; one that is shorter is damaged.
func readWhole(r io.ReaderAt, b []byte) error {
	_, err := r.ReadAt(b, 0)
	if errors.Is(err, io.EOF) {
		return errDamaged
	}
	return err
}

// restore passes the state in a checkpoint's file to its task, and returns how long computing it took.
func restore(path string, s Saver) (spent time.Duration, err error) {
	f, err := atomicfile.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	at, err := readHead(f)
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	size := info.Size() - int64(at.size)
	return max(0, at.spent), s.RestoreFrom(io.NewSectionReader(f, int64(at.size), size), size)
}

// draft is a checkpoint that has no name yet.
type draft struct {
	file *atomicfile.Draft
	done int64
}

// newDraft writes a task's state, which took so long to compute, to a file beside path. It is not durable yet.
func newDraft(path string, s Saver, spent time.Duration) (_ *draft, err error) {
	d := &draft{done: s.Progress().Done}
	if d.file, err = atomicfile.Create(path, 0o600); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.drop())
		}
	}()
	if err := root.Share(d.file.File); err != nil {
		return nil, err
	}
	w := bufio.NewWriterSize(d.file, 1<<16)
	if _, err := w.Write(headOf(d.done, spent)); err != nil {
		return nil, err
	}
	if err := s.SaveTo(w); err != nil {
		return nil, err
	}
	return d, w.Flush()
}

// keep makes the draft durable and gives it its name. The file that has the name becomes the previous
// checkpoint if it is worth keeping.
func (d *draft) keep(path string, worth bool) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep checkpoint: %w", errors.Join(err, d.drop()))
		}
	}()
	if err := d.file.Sync(); err != nil {
		return err
	}
	if worth {
		if err := atomicfile.Replace(path, path+previousSuffix); err != nil {
			return err
		}
	}
	return d.file.Commit()
}

// drop removes the draft.
func (d *draft) drop() error {
	return d.file.Discard()
}
