package root

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// ShareWith lets the members of a group, by its number, open the root with
// OpenExisting: they may list the private folder, read in it what is theirs to read,
// and read the root's id. They can change nothing.
func (r *Root) ShareWith(group int) error {
	err := errors.Join(
		grant(r.Private(), group, 0o750),
		grant(identityFile(r.path), group, 0o640))
	if err != nil {
		return fmt.Errorf("share root: %w", err)
	}
	return nil
}

// Unshare takes back what ShareWith has given.
func (r *Root) Unshare() error {
	if err := errors.Join(os.Chmod(r.Private(), 0o700), os.Chmod(identityFile(r.path), 0o600)); err != nil {
		return fmt.Errorf("take root back: %w", err)
	}
	return nil
}

func grant(path string, group int, mode os.FileMode) error {
	if err := os.Chown(path, -1, group); err != nil {
		return err
	}
	return os.Chmod(path, mode)
}

// Owner returns the number of the user to whom the root's folder belongs. What that
// user shares of the private folder is trusted by OpenExisting: who plants a private
// folder in another's root is not its owner.
func (r *Root) Owner() (int, error) { return owner(r.path) }

func owner(path string) (int, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, fmt.Errorf("look at root: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return os.Geteuid(), nil
	}
	return int(stat.Uid), nil
}
