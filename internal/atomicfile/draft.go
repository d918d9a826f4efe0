package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// Draft is a file that is being written under a temporary name beside its own, NAME.xxxxxxxx.part.
type Draft struct {
	*os.File        // open for reading and writing
	path     string // where it belongs
	settled  bool   // it has its name, or was discarded
}

var temporary = regexp.MustCompile(`\.[0-9a-f]{8}\.part$`)

// IsTemporary reports whether a file's name is such as a Draft has before it gets its own.
func IsTemporary(name string) bool { return temporary.MatchString(name) }

// Create begins a file that will have a path. The mode is before the umask. Who calls it calls Commit, CommitNew or
// Discard in the end.
func Create(path string, mode fs.FileMode) (*Draft, error) {
	var name string
	for range maxDenied {
		name = fmt.Sprintf("%s.%08x.part", path, rand.Uint32())
		f, err := openFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return &Draft{File: f, path: path}, nil
	}
	return nil, denied("create", name)
}

// Commit makes the file durable and gives it its name, in place of a file that has it. After an error the name leads to
// what it led to before, or to this file, whose name then may not be durable.
func (d *Draft) Commit() error {
	err := d.Sync()
	if err == nil {
		err = Rename(d.File, d.Name(), d.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", d.path, err), d.Discard())
	}
	d.settled = true // the temporary name no longer exists
	return errors.Join(syncDirectory(filepath.Dir(d.path)), d.Close())
}

// CommitNew is Commit, but replaces nothing: the error wraps fs.ErrExist when the name is taken. After any other error
// the name is free.
func (d *Draft) CommitNew() error {
	err := d.Sync()
	if err == nil {
		err = d.link()
	}
	if err == nil {
		if err = syncDirectory(filepath.Dir(d.path)); err != nil {
			err = errors.Join(err, os.Remove(d.path))
		}
	}
	if err != nil {
		err = fmt.Errorf("write %s: %w", d.path, err)
	}
	return errors.Join(err, d.Discard())
}

func (d *Draft) link() error {
	err := Link(d.File, d.path)
	if err == nil || errors.Is(err, fs.ErrExist) || errors.Is(err, ErrDenied) {
		return err
	}
	return renameNew(d.File, d.Name(), d.path) // a file system without links
}

// Discard closes the file and removes its temporary name. After Commit, CommitNew or Discard it does nothing.
func (d *Draft) Discard() error {
	if d.settled {
		return nil
	}
	d.settled = true
	err := os.Remove(d.Name())
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // it was renamed
	}
	return errors.Join(err, d.Close())
}

// Write puts a small file in place of whatever has its name, whole and durable. The mode is before the umask.
func Write(path string, text []byte, mode fs.FileMode) error {
	return write(path, text, mode, (*Draft).Commit)
}

// WriteNew is Write of a file whose name must be free; the error then wraps fs.ErrExist.
func WriteNew(path string, text []byte, mode fs.FileMode) error {
	return write(path, text, mode, (*Draft).CommitNew)
}

func write(path string, text []byte, mode fs.FileMode, commit func(*Draft) error) error {
	d, err := Create(path, mode)
	if err != nil {
		return err
	}
	if _, err := d.Write(text); err != nil {
		return errors.Join(err, d.Discard())
	}
	return commit(d)
}

// RemoveStale removes this user's temporary files that a crash left in a directory: those to which nothing was written
// for a time. A missing directory has none.
func RemoveStale(dir string, age time.Duration) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	errs := []error{err}
	for _, e := range entries {
		if !IsTemporary(e.Name()) {
			continue
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || !isOwn(info) || time.Since(info.ModTime()) < age {
			continue // gone, or in use
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func isOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(stat.Uid) == os.Geteuid()
}
