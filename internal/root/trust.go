package root

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"eisweep/internal/atomicfile"
)

// ErrUntrusted is wrapped by the errors of files and directories that others could
// have tampered with.
var ErrUntrusted = errors.New("others could have tampered with it")

// ErrForbidden is wrapped by the errors of what belongs to another user, who shares it
// with nobody that this one is.
var ErrForbidden = errors.New("it is not shared with you")

// ErrNoPlace is wrapped by the errors of a root's path at which the system makes no directories, as in /proc.
var ErrNoPlace = errors.New("no directory can be made there; give one that you can write to (-p, EISWEEP_ROOT)")

// ErrNotDirectory is wrapped by the errors of a root's path that leads to a file, or through one.
var ErrNotDirectory = errors.New("a file is in the way; move it, or give another directory (-p, EISWEEP_ROOT)")

// foreign is the error for a user who wants to manage another user's directory.
func foreign(path string, owner int, kind error) error {
	return fmt.Errorf("%s belongs to user %s and you are user %d: ask that user to run its coordinator, with "+
		"--share-group GROUP for others who may launch there, or use a root of your own (-p, EISWEEP_ROOT): %w",
		path, person(owner), os.Geteuid(), kind)
}

// person is a user's number, with the name where there is one.
func person(id int) string {
	text := strconv.Itoa(id)
	if u, err := user.LookupId(text); err == nil {
		text += " (" + u.Username + ")"
	}
	return text
}

// forbidden is the error of a private directory that this user may not look into, with what
// to do; another error is as it was.
func forbidden(private string, owner int, err error) error {
	if !errors.Is(err, fs.ErrPermission) || owner == os.Geteuid() {
		return err
	}
	return fmt.Errorf("%s belongs to user %s and you are user %d: ask for its coordinator to be started with "+
		"--share-group GROUP, or use a root of your own: %w", private, person(owner), os.Geteuid(), ErrForbidden)
}

// sharedWith says whether this user shares a directory in the private directory with the
// group that may enter that, and with nobody else.
func sharedWith(private, directory string) bool {
	outer, err := os.Lstat(private)
	if err != nil {
		return false
	}
	inner, err := os.Lstat(directory)
	if filepath.Base(directory) == processes && err == nil && inner.Mode()&os.ModeSticky == 0 {
		return false
	}
	return err == nil && inner.IsDir() && userOf(inner) == os.Geteuid() && inner.Mode().Perm() == 0o770 &&
		outer.Mode().Perm() == 0o750 && groupOf(inner) == groupOf(outer)
}

// check refuses what is a link, belongs to another user than this one or those that
// are named, or may be written by others, and what is not a directory (or a plain file)
// where one should be.
func check(path string, directory bool, owners ...int) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	switch {
	case info.Mode()&os.ModeSymlink != 0:
		return fmt.Errorf("%s is a link: remove it, and give the directory that it leads to as root instead: %w", path, ErrUntrusted)
	case directory && !info.IsDir():
		return fmt.Errorf("%s is in the way: a directory belongs there; move the file: %w", path, syscall.ENOTDIR)
	case !directory && !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a plain file: move it away: %w", path, ErrUntrusted)
	}
	return checkOwner(path, info, append(owners, os.Geteuid()))
}

// openTrusted opens a file that check accepts, and checks the open file as well: the name could lead elsewhere a moment
// later.
func openTrusted(path string, flag int, owners ...int) (*os.File, error) {
	f, err := atomicfile.OpenFile(path, flag, 0o600)
	if errors.Is(err, atomicfile.ErrNotRegular) {
		if err := check(path, false, owners...); err != nil {
			return nil, err // which says it better
		}
		return nil, fmt.Errorf("%w: %w", err, ErrUntrusted)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	info, err := f.Stat()
	if err == nil {
		err = checkOwner(path, info, append(owners, os.Geteuid()))
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func checkOwner(path string, info os.FileInfo, owners []int) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && !slices.Contains(owners, int(stat.Uid)) {
		return foreign(path, int(stat.Uid), ErrUntrusted)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s may be written by others: `chmod go-w %s` if you trust its contents: %w", path, path, ErrUntrusted)
	}
	return nil
}
