package coordinator

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"eisweep/internal/folder"
	"eisweep/internal/results"
	"eisweep/internal/root"
)

// linkOrCopy gives a file of this SHA-256 a second name, or copies it where the file
// system has no hard links, or the file is another user's, who could change it later.
// The error is os.ErrExist when the name is taken.
func linkOrCopy(from, to, sha256 string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if !isOwn(info) {
		return copyTo(from, to, sha256)
	}
	err = os.Link(from, to)
	if err == nil || errors.Is(err, os.ErrExist) {
		return err
	}
	for _, no := range []error{syscall.EXDEV, syscall.EPERM, syscall.ENOTSUP, syscall.ENOSYS, syscall.EMLINK} {
		if errors.Is(err, no) {
			return copyTo(from, to, sha256)
		}
	}
	return err
}

// isOwn says whether a file is plain, and this user's.
func isOwn(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return info.Mode().IsRegular() && (!ok || int(stat.Uid) == os.Geteuid())
}

// copyTo copies a file of this SHA-256 under a name that must be free. Half a copy,
// or one of other bytes, never has the name.
func copyTo(from, to, sha256 string) error {
	if _, err := os.Lstat(to); err == nil {
		return os.ErrExist
	}
	temp, err := copyToTemp(from, filepath.Dir(to), sha256)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, to); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// copyInput copies an outside file to where workers find it, unless it is there,
// and makes sure that it still is the file that was looked at.
func copyInput(from, to, sha256 string) error {
	sum, _, err := results.HashFile(to)
	if err == nil && sum == sha256 {
		return nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	temp, err := copyToTemp(from, filepath.Dir(to), sha256)
	if err != nil {
		return err
	}
	if err = root.ShareFile(temp); err == nil {
		err = os.Rename(temp, to)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return folder.Sync(filepath.Dir(to))
}

// copyToTemp copies a file of this SHA-256 to a temporary one in dir, synced.
func copyToTemp(from, dir, sha256 string) (string, error) {
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := createTemp(dir, ".being-copied")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(out, in)
	err = errors.Join(err, out.Sync(), out.Close())
	if err == nil {
		err = hasSHA256(out.Name(), sha256)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(out.Name()))
	}
	return out.Name(), nil
}

// hasSHA256 refuses a copy that is not of the file that was looked at.
func hasSHA256(path, sha256 string) error {
	sum, _, err := results.HashFile(path)
	if err == nil && sum != sha256 {
		err = errors.New("it changed while it was being copied; launch again")
	}
	return err
}

// writeFile replaces a small file whole: temporary file, fsync, rename, fsync of
// the folder.
func writeFile(path string, text []byte) error {
	f, err := createTemp(filepath.Dir(path), ".being-written")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return folder.Sync(filepath.Dir(path))
}

// createTemp makes the file in which something is written before it gets its
// name. Only the holder of the root's lock does so, and in a folder only one at a time
// under a name: what an earlier one left is removed, and so is a link that somebody
// else who may write there put in its place.
func createTemp(dir, name string) (*os.File, error) {
	path := filepath.Join(dir, name)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
}
