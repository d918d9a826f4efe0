package placement

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/results"
)

// CheckIncoming compares an attempt's file with its outcome, its size first, and returns its modification time when it
// was hashed. The damage, if not "", says how the file differs from what the outcome promised; an error says that this
// cannot be found out now. The directory is opened first: an NFS client may believe for a while that a name it once missed is
// still missing.
func CheckIncoming(path string, o *protocol.Outcome) (hashed time.Time, damage string, err error) {
	if _, err := os.ReadDir(filepath.Dir(path)); err != nil {
		return hashed, "", fmt.Errorf("open incoming directory: %w", err)
	}
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return hashed, fmt.Sprintf("the result of %s is not a plain file", o.ID), nil
	}
	var found results.FileHash
	if err == nil {
		found, err = results.HashSized(context.Background(), path, o.Bytes)
	}
	size := (*results.SizeError)(nil)
	switch {
	case errors.As(err, &size):
		return hashed, fmt.Sprintf("the result of %s arrived with %d bytes, not the %d that its worker wrote", o.ID, size.Bytes, size.Want), nil
	case errors.Is(err, fs.ErrNotExist):
		return hashed, fmt.Sprintf("the result of %s did not arrive: %v", o.ID, err), nil
	case err != nil:
		return hashed, "", err
	case found.SHA256 != o.SHA256:
		return hashed, fmt.Sprintf("the result of %s arrived with other bytes than its worker wrote", o.ID), nil
	}
	return found.Modified, "", nil
}

// ModifiedAs returns the modification time of a second name, or of a copy whose bytes were
// compared, of a file that was hashed when it had been modified at a time. It is zero, and so
// says nothing, when the file was modified since.
func ModifiedAs(from, to string, hashed time.Time) time.Time {
	source, err1 := os.Lstat(from)
	target, err2 := os.Lstat(to)
	if err1 != nil || err2 != nil || os.SameFile(source, target) && !target.ModTime().Equal(hashed) {
		return time.Time{}
	}
	return target.ModTime()
}
