package root

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"syscall"
)

// ErrUntrusted is wrapped by the errors of files and folders that others could
// have tampered with.
var ErrUntrusted = errors.New("others could have tampered with it")

// ErrForbidden is wrapped by the errors of what belongs to another user, who shares it
// with nobody that this one is.
var ErrForbidden = errors.New("you may not read it")

// forbidden is the error of a private folder that this user may not look into, with what
// to do; another error is as it was.
func forbidden(private string, owner int, err error) error {
	if !errors.Is(err, fs.ErrPermission) || owner == os.Geteuid() {
		return err
	}
	return fmt.Errorf("%s belongs to user %d and you are user %d: ask for its coordinator to be started with --share-group GROUP, or use a root of your own: %w", private, owner, os.Geteuid(), ErrForbidden)
}

// sharedWith says whether this user shares a folder in the private folder with the
// group that may enter that, and with nobody else.
func sharedWith(private, folder string) bool {
	outer, err := os.Lstat(private)
	if err != nil {
		return false
	}
	inner, err := os.Lstat(folder)
	return err == nil && inner.IsDir() && userOf(inner) == os.Geteuid() && inner.Mode().Perm() == 0o770 &&
		outer.Mode().Perm() == 0o750 && groupOf(inner) == groupOf(outer)
}

// check refuses what is a link, belongs to another user than this one or those that
// are named, or may be written by others, and what is not a folder (or a plain file)
// where one should be.
func check(path string, folder bool, owners ...int) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	switch {
	case info.Mode()&os.ModeSymlink != 0:
		return fmt.Errorf("%s is a link: remove it, and give the folder that it leads to as root instead: %w", path, ErrUntrusted)
	case folder && !info.IsDir():
		return fmt.Errorf("%s is in the way: a folder belongs there; move the file: %w", path, syscall.ENOTDIR)
	case !folder && !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a plain file: move it away: %w", path, ErrUntrusted)
	}
	return checkOwner(path, info, append(owners, os.Geteuid()))
}

func checkOwner(path string, info os.FileInfo, owners []int) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && !slices.Contains(owners, int(stat.Uid)) {
		return fmt.Errorf("%s belongs to user %d and you are user %d: use a root of your own: %w", path, stat.Uid, os.Geteuid(), ErrUntrusted)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s may be written by others: `chmod go-w %s` if you trust what it holds: %w", path, path, ErrUntrusted)
	}
	return nil
}
