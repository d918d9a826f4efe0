package root

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// worked are the folders in which workers leave files.
var worked = []string{"incoming", "checkpoints", "logs"}

// ShareWith lets the members of a group, by its number, open the root with
// OpenExisting: they may list the private folder, read in it what is theirs to read,
// and read the root's id. With workers they may work as well: they may read inputs, and
// leave results on their way, checkpoints and logs, which then are the group's. They
// can change nothing else.
func (r *Root) ShareWith(group int, workers bool) error {
	errs := []error{grant(r.Private(), group, 0o750), grant(identityFile(r.path), group, 0o640)}
	if workers {
		errs = append(errs, r.shareWork(group))
	} else {
		errs = append(errs, r.unshareWork())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("share root: %w", err)
	}
	return nil
}

// shareWork shares the folders that workers read and write, and the files there that
// others than their makers need.
func (r *Root) shareWork(group int) error {
	errs := []error{grant(r.Private("inputs"), group, 0o750|os.ModeSetgid)}
	for _, name := range worked {
		errs = append(errs, grant(r.Private(name), group, 0o770|os.ModeSetgid))
	}
	for _, name := range []string{"inputs", "checkpoints"} {
		entries, err := os.ReadDir(r.Private(name))
		errs = append(errs, err)
		for _, e := range entries {
			if err := r.grantFile(r.Private(name, e.Name()), group); !errors.Is(err, os.ErrNotExist) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// grantFile lets the group read a file of this user that was made before the folder was
// shared; a member's is the group's already.
func (r *Root) grantFile(path string, group int) error {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || userOf(info) != os.Geteuid() {
		return err
	}
	return grant(path, group, info.Mode().Perm()|0o040)
}

// Unshare takes back what ShareWith has given.
func (r *Root) Unshare() error {
	if err := errors.Join(r.unshareWork(), os.Chmod(r.Private(), 0o700), os.Chmod(identityFile(r.path), 0o600)); err != nil {
		return fmt.Errorf("take root back: %w", err)
	}
	return nil
}

func (r *Root) unshareWork() error {
	var errs []error
	for _, name := range folders {
		errs = append(errs, os.Chmod(r.Private(name), 0o700))
	}
	return errors.Join(errs...)
}

// ShareFile lets the group read a file that this user has made in a folder that is
// shared with a group, whatever the umask; elsewhere it does nothing.
func ShareFile(path string) error {
	dir, err := os.Stat(filepath.Dir(path))
	if err != nil || dir.Mode().Perm()&0o070 == 0 {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Perm()&0o040 != 0 {
		return err
	}
	return os.Chmod(path, info.Mode().Perm()|0o040)
}

// grant gives a file or folder to a group, if it isn't the group's, and sets its mode.
func grant(path string, group int, mode os.FileMode) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if groupOf(info) != group {
		if err := os.Chown(path, -1, group); err != nil {
			return err
		}
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
	return userOf(info), nil
}

// userOf is the number of the user whose a file is.
func userOf(info os.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return os.Geteuid()
}

// groupOf is the number of the group whose a file is.
func groupOf(info os.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Gid)
	}
	return os.Getegid()
}
