package worker

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"eisweep/internal/root"
)

// A checkpoint's file is a head (magic, format, how far it is, the SHA-256 of
// these) and the state as its task's Saver wrote it, which has its own.
const (
	checkpointMagic  = "eisweep-checkpoint\n"
	checkpointFormat = 1
	checkpointHead   = len(checkpointMagic) + 2 + 8 + sha256.Size
)

// before ends the name of the checkpoint before the last of an attempt.
const before = ".before"

// Errors of checkpoints that are of no use.
var (
	errDamaged = errors.New("it is damaged")
	errFormat  = errors.New("it is of another version")
)

// headOf is the head of a checkpoint that has settled so many stimuli.
func headOf(done int64) []byte {
	head := append([]byte(checkpointMagic), 0, checkpointFormat)
	head = binary.BigEndian.AppendUint64(head, uint64(done))
	sum := sha256.Sum256(head)
	return append(head, sum[:]...)
}

// readHead reads how far a checkpoint is.
func readHead(r io.ReaderAt) (done int64, err error) {
	head := make([]byte, checkpointHead)
	if _, err := r.ReadAt(head, 0); errors.Is(err, io.EOF) {
		return 0, errDamaged
	} else if err != nil {
		return 0, err
	}
	told := head[:checkpointHead-sha256.Size]
	if sum := sha256.Sum256(told); !bytes.Equal(sum[:], head[len(told):]) || !bytes.HasPrefix(told, []byte(checkpointMagic)) {
		return 0, errDamaged
	}
	if binary.BigEndian.Uint16(told[len(checkpointMagic):]) != checkpointFormat {
		return 0, errFormat
	}
	return int64(binary.BigEndian.Uint64(told[len(checkpointMagic)+2:])), nil
}

// restore gives the state in a checkpoint's file to its task.
func restore(path string, s Saver) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := readHead(f); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	size := info.Size() - int64(checkpointHead)
	return s.RestoreFrom(io.NewSectionReader(f, int64(checkpointHead), size), size)
}

// draft is a checkpoint that has no name yet.
type draft struct {
	file *os.File
	done int64
}

// newDraft writes a task's state to a file beside path. It isn't durable.
func newDraft(path string, s Saver) (_ *draft, err error) {
	d := &draft{done: s.Progress().Done}
	if d.file, err = os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.drop())
		}
	}()
	if err := root.ShareFile(d.file.Name()); err != nil {
		return nil, err
	}
	w := bufio.NewWriterSize(d.file, 1<<16)
	if _, err := w.Write(headOf(d.done)); err != nil {
		return nil, err
	}
	if err := s.SaveTo(w); err != nil {
		return nil, err
	}
	return d, w.Flush()
}

// keep makes the draft durable and gives it its name. What has the name becomes
// the one before if it is worth keeping.
func (d *draft) keep(path string, worth bool) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep checkpoint: %w", errors.Join(err, d.drop()))
		}
	}()
	if err := d.file.Sync(); err != nil {
		return err
	}
	if err := d.file.Close(); err != nil {
		return err
	}
	if worth {
		if err := os.Rename(path, path+before); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := os.Rename(d.file.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// drop removes the draft.
func (d *draft) drop() error {
	_ = d.file.Close() // it may be closed
	return removeFile(d.file.Name())
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
