package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Mkdir makes a directory, unless it is there, and makes its name durable. The mode is before the umask. Its
// name is made durable in any case: who made it may have been killed before. The error is a *fs.PathError that
// wraps syscall.ENOTDIR when a file is in the way.
func Mkdir(path string, mode fs.FileMode) error {
	err := os.Mkdir(path, mode)
	if errors.Is(err, fs.ErrExist) {
		err = checkDirectory(path)
	}
	if err != nil {
		return err
	}
	return syncParent(path)
}

// MkdirAll is Mkdir, and makes the directories above that are missing, durably too.
func MkdirAll(path string, mode fs.FileMode) error {
	err := Mkdir(path, mode)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(path)
	if parent == path || parent == "." {
		return err
	}
	if err := MkdirAll(parent, mode); err != nil {
		return err
	}
	return Mkdir(path, mode)
}

func checkDirectory(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "mkdir", Path: path, Err: syscall.ENOTDIR}
	}
	return err
}

// syncParent makes a name in its directory durable. One that this user may not read is left to the system.
func syncParent(path string) error {
	err := syncDirectory(filepath.Dir(path))
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// syncDirectory is what makes names durable. A test notes what it is called with.
var syncDirectory = SyncDir

// SyncDir makes the names in a directory durable, and removals from it final.
func SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync directory %s: %w", path, err)
	}
	return nil
}

// GlobLiteral returns the pattern for filepath.Glob that matches path and nothing else, whatever characters it has.
func GlobLiteral(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// OpenRoot is os.OpenRoot, but follows no link in the last element of the path. The error then wraps
// syscall.ENOTDIR.
func OpenRoot(path string) (*os.Root, error) {
	dir, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	named, err := os.Lstat(path)
	var open fs.FileInfo
	if err == nil {
		open, err = dir.Stat(".")
	}
	switch {
	case err != nil:
	case !named.IsDir():
		err = &fs.PathError{Op: "open", Path: path, Err: fmt.Errorf("%w but %s: remove it or move it away", syscall.ENOTDIR, Kind(named.Mode()))}
	case !os.SameFile(named, open):
		err = &fs.PathError{Op: "open", Path: path, Err: ErrReplaced}
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}
