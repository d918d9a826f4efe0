// Package atomicfile opens and writes files in directories that other users may write to, and makes what it writes
// survive a crash.
//
// It opens regular files only: a FIFO, a device or a link under the name is an error at once. A file that it writes
// appears whole, is durable together with its name, and is written under a random temporary name that nobody can
// predict. If a call fails although the server carried it out, as NFS does when it repeats a request, the outcome
// counts and not the error.
//
// Start reading at Draft, which writes a file, and Open.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// ErrNotRegular is wrapped by the errors of a name that leads to a link, directory, FIFO, socket or device where a
// regular file belongs.
var ErrNotRegular = errors.New("it is not a regular file")

// ErrTooLarge is wrapped by the errors of files above the size that their reader accepts.
var ErrTooLarge = errors.New("it is too large")

// Open opens a regular file for reading. It follows no link in the last element of the path and never waits. The
// error wraps ErrNotRegular for anything but a regular file.
func Open(path string) (*os.File, error) { return OpenFile(path, os.O_RDONLY, 0) }

// OpenLinked is Open, but follows links: for files that a person names.
func OpenLinked(path string) (*os.File, error) { return open(path, os.O_RDONLY, 0) }

// OpenFile is os.OpenFile for a regular file, and follows no link in the last element of the path. Without os.O_CREATE it
// never waits for another process. The error wraps ErrNotRegular for anything but a regular file. With os.O_TRUNC that
// file could be any file, so it is refused.
func OpenFile(path string, flag int, mode fs.FileMode) (*os.File, error) {
	if flag&os.O_TRUNC != 0 {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrInvalid}
	}
	return open(path, flag|unix.O_NOFOLLOW, mode)
}

func open(path string, flag int, mode fs.FileMode) (*os.File, error) {
	f, err := os.OpenFile(path, flag|unix.O_NONBLOCK|unix.O_NOCTTY, mode)
	if err != nil {
		return nil, explain(path, flag, err)
	}
	return regular(f, path)
}

// OpenIn is Open within a root: links that stay in it are followed.
func OpenIn(dir *os.Root, name string) (*os.File, error) {
	f, err := dir.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	return regular(f, name)
}

// regular returns the file if it is a regular one, and otherwise closes it.
func regular(f *os.File, path string) (*os.File, error) {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = NotRegular(path, info.Mode())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// explain replaces the errors of files that are not regular and cannot be opened at all.
func explain(path string, flag int, err error) error {
	look := os.Lstat
	if flag&unix.O_NOFOLLOW == 0 {
		look = os.Stat // what the link leads to; links in a circle lead nowhere
	}
	for _, no := range []error{unix.ELOOP, unix.ENXIO, unix.EISDIR, unix.ENODEV} {
		if !errors.Is(err, no) {
			continue
		}
		if info, e := look(path); e == nil && !info.Mode().IsRegular() {
			return NotRegular(path, info.Mode())
		}
	}
	return err
}

// NotRegular is the error of a path that leads to something else than a regular file. It wraps ErrNotRegular.
func NotRegular(path string, mode fs.FileMode) error {
	return &fs.PathError{Op: "open", Path: path, Err: fmt.Errorf("%w but %s: remove it or move it away", ErrNotRegular, Kind(mode))}
}

// Kind names what a mode says a file is: "a directory", "a symbolic link", …
func Kind(mode fs.FileMode) string {
	switch mode.Type() {
	case 0:
		return "a regular file"
	case fs.ModeDir:
		return "a directory"
	case fs.ModeSymlink:
		return "a symbolic link"
	case fs.ModeNamedPipe:
		return "a FIFO"
	case fs.ModeSocket:
		return "a socket"
	default:
		return "a device"
	}
}

// Read reads a regular file of up to limit bytes. It follows no link in the last element of the path and never waits. The
// error wraps ErrNotRegular or ErrTooLarge.
func Read(path string, limit int64) ([]byte, error) { return read(Open, path, limit) }

// ReadLinked is Read, but follows links: for files that a person names.
func ReadLinked(path string, limit int64) ([]byte, error) { return read(OpenLinked, path, limit) }

func read(open func(string) (*os.File, error), path string, limit int64) ([]byte, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("%w: above %d bytes", ErrTooLarge, limit)}
	}
	return text, nil
}

// IsGone reports whether a path does not exist, or is a dangling link.
func IsGone(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}
