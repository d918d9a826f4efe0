package lease

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"eisweep/internal/atomicfile"
)

// store is where records are kept.
type store interface {
	// latest reads the record of the highest epoch, or the zero record if there is none. It always asks the file
	// server.
	latest() (record, error)
	// read reads one record. The error wraps fs.ErrNotExist when it is missing.
	read(epoch uint64) (record, error)
	// create makes a record durable under its epoch. The error wraps fs.ErrExist when the epoch is taken.
	create(record) error
	// rewrite puts a record in place of the one of its epoch, durably. The error wraps fs.ErrNotExist when that is missing.
	rewrite(record) error
	// prune removes the records below an epoch.
	prune(below uint64) error
}

// directory keeps records in files named for their epochs.
type directory string

const (
	maxRecord = 64 << 10
	// draftAge is when the draft of a record is abandoned: its writer died, or will find the epoch taken.
	draftAge = time.Hour
)

func (d directory) path(epoch uint64) string {
	return filepath.Join(string(d), strconv.FormatUint(epoch, 10))
}

// epochs lists the epochs of which there are records.
func (d directory) epochs() ([]uint64, error) {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return nil, err
	}
	var found []uint64
	for _, e := range entries {
		if n, err := strconv.ParseUint(e.Name(), 10, 64); err == nil && n > 0 && strconv.FormatUint(n, 10) == e.Name() {
			found = append(found, n)
		}
	}
	return found, nil
}

func (d directory) latest() (record, error) {
	for {
		epochs, err := d.epochs()
		if err != nil {
			return record{}, fmt.Errorf("list owners of root: %w", err)
		}
		var highest uint64
		for _, n := range epochs {
			highest = max(highest, n)
		}
		if highest == 0 {
			return record{}, nil
		}
		r, err := d.read(highest)
		if errors.Is(err, fs.ErrNotExist) && d.lists(highest) == nil {
			continue // there was a higher one, and this was removed
		}
		return r, err
	}
}

// lists returns an error when the directory lists an epoch that could not be opened, or cannot be listed.
func (d directory) lists(epoch uint64) error {
	epochs, err := d.epochs()
	for _, n := range epochs {
		if n == epoch {
			return fmt.Errorf("record %d is listed and missing", n)
		}
	}
	return err
}

func (d directory) read(epoch uint64) (record, error) {
	text, err := atomicfile.Read(d.path(epoch), maxRecord)
	if err != nil {
		return record{}, fmt.Errorf("read owner of root: %w", err)
	}
	return decode(epoch, text), nil
}

func (d directory) create(r record) error {
	text, err := r.encode(0)
	if err == nil {
		err = atomicfile.WriteNew(d.path(r.Epoch), text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("record owner of root: %w", err)
	}
	return nil
}

// rewrite writes in place. Unlike a new file, that succeeds on a full disk, and one call writes the whole page.
func (d directory) rewrite(r record) (err error) {
	f, err := atomicfile.OpenFile(d.path(r.Epoch), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("renew record of owner: %w", err)
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("renew record of owner: %w", err)
	}
	text, err := r.encode(int(min(info.Size(), maxRecord)))
	if err == nil {
		_, err = f.WriteAt(text, 0)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return fmt.Errorf("renew record of owner: %w", err)
	}
	return nil
}

func (d directory) prune(below uint64) error {
	errs := []error{atomicfile.RemoveStale(string(d), draftAge)}
	epochs, err := d.epochs()
	errs = append(errs, err)
	for _, n := range epochs {
		if n >= below {
			continue
		}
		if err := os.Remove(d.path(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("remove records of earlier owners: %w", err)
	}
	return nil
}
