package root

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"eisweep/internal/atomicfile"
)

// worked are the directories in which workers leave files.
var worked = []string{"incoming", "checkpoints", "logs"}

// ShareWith lets the members of a group, by its number, open the root with
// OpenExisting: they may list the private directory, read the files that
// are shared with them, and read the root's id. With workers they may work as well: they may read inputs, and
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

// shareWork shares the directories that workers read and write, and the files there that
// others than their creators need.
func (r *Root) shareWork(group int) error {
	errs := []error{grant(r.Private("inputs"), group, 0o750|os.ModeSetgid)}
	for _, name := range worked {
		errs = append(errs, grant(r.Private(name), group, 0o770|os.ModeSetgid))
	}
	errs = append(errs, grant(r.Private(processes), group, stickyShare))
	for _, name := range []string{"inputs", "checkpoints"} {
		entries, err := os.ReadDir(r.Private(name))
		errs = append(errs, err)
		for _, e := range entries {
			errs = append(errs, r.grantFile(r.Private(name, e.Name()), group))
		}
	}
	return errors.Join(errs...)
}

// grantFile lets the group read a file of this user that was made before the directory was
// shared; a member's is the group's already. Whatever else lies there is passed over: members may leave anything, and
// a file that has another name may be none of this directory's.
func (r *Root) grantFile(path string, group int) error {
	f, err := atomicfile.Open(path)
	for _, passed := range []error{atomicfile.ErrNotRegular, os.ErrPermission, os.ErrNotExist} {
		if errors.Is(err, passed) {
			return nil
		}
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !isSole(info) {
		return err
	}
	return grantOpen(f, group, info.Mode().Perm()|0o040)
}

// isSole says whether a file is this user's and has no name but one.
func isSole(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return info.Mode().IsRegular() && userOf(info) == os.Geteuid() && (!ok || stat.Nlink == 1)
}

// Unshare takes back what ShareWith has given.
func (r *Root) Unshare() error {
	if err := errors.Join(r.unshareWork(), restrict(r.Private(), 0o700), restrict(identityFile(r.path), 0o600)); err != nil {
		return fmt.Errorf("take root back: %w", err)
	}
	return nil
}

func (r *Root) unshareWork() error {
	var errs []error
	for _, name := range directories {
		errs = append(errs, restrict(r.Private(name), 0o700))
	}
	return errors.Join(errs...)
}

// ShareFile lets the group read a file that this user has made, and that has no other name, in a directory that is
// shared with a group, whatever the umask; elsewhere it does nothing. The error wraps ErrUntrusted when another file has
// taken its name.
func ShareFile(path string) error {
	f, err := atomicfile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return Share(f)
}

// Share is ShareFile for an open file.
func Share(f *os.File) error {
	dir, err := os.Stat(filepath.Dir(f.Name()))
	if err != nil || dir.Mode().Perm()&0o070 == 0 {
		return err
	}
	info, err := f.Stat()
	if err != nil || info.Mode().Perm()&0o040 != 0 {
		return err
	}
	if !isSole(info) {
		return fmt.Errorf("share %s: another file has taken its place: %w", f.Name(), ErrUntrusted)
	}
	return f.Chmod(info.Mode().Perm() | 0o040)
}

// ShareAlike lets the group of a file's directory read the file, which this user has made, if the directory is shared with that group;
// elsewhere it does nothing.
func ShareAlike(f *os.File) error {
	dir, err := os.Stat(filepath.Dir(f.Name()))
	if err != nil || dir.Mode().Perm()&0o070 == 0 {
		return err
	}
	info, err := f.Stat()
	if err != nil || info.Mode().Perm()&0o040 != 0 && groupOf(info) == groupOf(dir) {
		return err
	}
	return grantOpen(f, groupOf(dir), info.Mode().Perm()|0o040)
}

// grant gives a file or directory of this user to a group, if it isn't the group's, and sets its mode.
func grant(path string, group int, mode os.FileMode) error {
	f, err := openOwn(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return grantOpen(f, group, mode)
}

func grantOpen(f *os.File, group int, mode os.FileMode) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if groupOf(info) != group {
		if err := f.Chown(-1, group); err != nil {
			return err
		}
	}
	return f.Chmod(mode)
}

// restrict sets the mode of a file or directory of this user.
func restrict(path string, mode os.FileMode) error {
	f, err := openOwn(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Chmod(mode)
}

// openOwn opens a file or directory of this user, by a name that is no link, for its mode to be changed.
func openOwn(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && userOf(info) != os.Geteuid() {
		err = foreign(path, userOf(info), ErrUntrusted)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Owner returns the number of the user to whom the root's directory belongs. What that
// user shares of the private directory is trusted by OpenExisting: a user who plants a private
// directory in another user's root is not its owner.
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
