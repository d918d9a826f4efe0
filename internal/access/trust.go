package access

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"eisweep/internal/root"
)

// trusted refuses what is no plain file, belongs to none of the owners or has one of
// the permissions in closed.
func trusted(path string, info os.FileInfo, closed os.FileMode, owners ...int) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	open := info.Mode().Perm() & closed
	switch {
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a plain file: move it away and restart the coordinator: %w", path, root.ErrUntrusted)
	case !ok || !slices.Contains(owners, int(stat.Uid)):
		return fmt.Errorf("%s belongs to user %d and you are user %d: use a root of your own: %w",
			path, stat.Uid, os.Geteuid(), root.ErrUntrusted)
	case open&0o022 != 0:
		return fmt.Errorf("%s may be written by others: remove it and restart the coordinator, with --rotate if they could read it: %w",
			path, root.ErrUntrusted)
	case open != 0:
		return fmt.Errorf("%s may be read by others: `chmod 600 %s` and restart the coordinator with --rotate: %w",
			path, path, root.ErrUntrusted)
	}
	return nil
}

// What others must not be able to do with a file: change it, or know it.
const (
	unwritable os.FileMode = 0o022
	unreadable os.FileMode = 0o077
)

// list reads an entry of the directory that a path lies in.
func list(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	_, _ = d.ReadDir(1) // opening the file reports an empty directory
	return nil
}
