package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// The calls that give names. A test replaces them by such that fail, or fail after they took effect.
var (
	openFile  = os.OpenFile
	linkat    = unix.Linkat
	renameat2 = unix.Renameat2
	rename    = os.Rename
)

// ErrReplaced is wrapped when another file has a name that was given to an open one.
var ErrReplaced = errors.New("another file has taken its name")

// Link gives an open file another name, whatever its first name leads to by now. The error wraps fs.ErrExist when
// another file has the name, and is as link(2)'s when the file system has no links; the name then is free. It isn't
// durable before its directory is synced.
func Link(f *os.File, to string) error {
	return undenied("link", to, func() error { return link(f, to) })
}

func link(f *os.File, to string) error {
	descriptor := Descriptor(f)
	if descriptor == f.Name() {
		return linkByName(f, to) // there is no /proc
	}
	err := linkat(unix.AT_FDCWD, descriptor, unix.AT_FDCWD, to, unix.AT_SYMLINK_FOLLOW)
	if err == nil || IsNamed(f, to) {
		return nil // the request may have been carried out and its answer lost
	}
	return &os.LinkError{Op: "link", Old: f.Name(), New: to, Err: err}
}

// linkByName links a file by its name, and takes the link back if another file had that.
func linkByName(f *os.File, to string) error {
	err := os.Link(f.Name(), to)
	if IsNamed(f, to) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(&os.LinkError{Op: "link", Old: f.Name(), New: to, Err: ErrReplaced}, os.Remove(to))
}

// Rename gives an open file the name to instead of from, in place of whatever has it. The error wraps ErrReplaced when
// from was another file. The new name isn't durable before its directory is synced.
func Rename(f *os.File, from, to string) error {
	err := rename(from, to)
	if IsNamed(f, to) {
		return nil // also when the request was carried out and its answer lost
	}
	if err == nil {
		err = &os.LinkError{Op: "rename", Old: from, New: to, Err: ErrReplaced}
	}
	return err
}

// renameNew is Rename, but replaces nothing: the error wraps fs.ErrExist when the name is taken.
func renameNew(f *os.File, from, to string) error {
	return undenied("rename", to, func() error { return tryRenameNew(f, from, to) })
}

func tryRenameNew(f *os.File, from, to string) error {
	err := renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	switch {
	case IsNamed(f, to):
		return nil
	case err == nil:
		err = ErrReplaced
	case errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP):
		if err := checkFree(from, to); err != nil {
			return err
		}
		return Rename(f, from, to)
	}
	return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
}

// Move renames a file, directory or link that is not open, and replaces nothing: the error wraps fs.ErrExist when
// the name is taken. A file that has the new name already, since a repeated request was carried out before, is moved.
func Move(from, to string) error {
	was, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if err := checkFree(from, to); err != nil {
		return err
	}
	return undenied("rename", to, func() error { return move(was, from, to) })
}

// checkFree returns an error that wraps fs.ErrExist when something has a name.
func checkFree(from, to string) error {
	_, err := os.Lstat(to)
	switch {
	case err == nil:
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

// Replace is Move, but in place of a file that has the new name. A missing file replaces nothing, and is no error.
func Replace(from, to string) error {
	was, err := os.Lstat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return move(was, from, to)
}

// move renames the file that was found under a name.
func move(was fs.FileInfo, from, to string) error {
	err := rename(from, to)
	if err == nil {
		return nil
	}
	if is, e := os.Lstat(to); e == nil && os.SameFile(was, is) {
		return nil
	}
	return err
}

// IsNamed reports whether a path, by its last element and not a link there, surely leads to an open file.
func IsNamed(f *os.File, path string) bool {
	is, err := Named(f, path)
	return is && err == nil
}

// Named reports whether a path, by its last element and not a link there, leads to an open file. The error says why that
// cannot be found out; that nothing is there is none.
func Named(f *os.File, path string) (bool, error) {
	open, err := f.Stat()
	if err != nil {
		return false, err
	}
	named, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return false, nil
	}
	return err == nil && os.SameFile(open, named), err
}

// Descriptor is a path that leads to an open file whatever its names are, for libraries that open by path. On a system
// without /proc it is the file's name.
func Descriptor(f *os.File) string {
	path := "/proc/self/fd/" + strconv.Itoa(int(f.Fd()))
	if _, err := os.Lstat(path); err != nil {
		return f.Name()
	}
	return path
}

// HasNoLinks reports whether an error of Link says that the file system has no hard links, or no more of this
// file, or not between these directories.
func HasNoLinks(err error) bool {
	for _, no := range []error{unix.EXDEV, unix.EPERM, unix.ENOTSUP, unix.ENOSYS, unix.EMLINK} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

// IsPrivate reports whether nobody but this user may write to a regular file: it is this user's, and its mode lets no
// other write.
func IsPrivate(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && info.Mode().Perm()&0o022 == 0 && isOwn(info)
}
