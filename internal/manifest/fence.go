package manifest

import (
	"errors"
	"fmt"
	"io"
	"os"

	"eisweep/internal/atomicfile"
)

// Fence gives a manifest a new inode with the same lines. A write that another process began earlier, and that the file
// server carries out only now, changes the old inode, which has no name. The error wraps fs.ErrNotExist when there is no
// manifest, atomicfile.ErrNotRegular for anything but a regular file.
func Fence(path string) error {
	old, err := atomicfile.Open(path)
	if err != nil {
		return fmt.Errorf("fence manifest: %w", err)
	}
	defer old.Close()
	if err := replace(path, old); err != nil {
		return fmt.Errorf("fence manifest %s: %w", path, err)
	}
	return nil
}

// replace puts a copy of the whole lines in place of a manifest.
func replace(path string, old *os.File) error {
	info, err := old.Stat()
	if err != nil {
		return err
	}
	size, err := wholeLines(old, info.Size())
	if err != nil {
		return err
	}
	draft, err := atomicfile.Create(path, info.Mode().Perm())
	if err != nil {
		return err
	}
	if err := draft.Chmod(info.Mode().Perm()); err != nil { // whatever the umask
		return errors.Join(err, draft.Discard())
	}
	if _, err := io.Copy(draft, io.NewSectionReader(old, 0, size)); err != nil {
		return errors.Join(err, draft.Discard())
	}
	return draft.Commit()
}
