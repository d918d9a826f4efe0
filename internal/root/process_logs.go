package root

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"eisweep/internal/atomicfile"
)

// processes is the private directory in which each user has a directory for the output of their processes.
const processes = "processes"

// stickyShare is its mode when it is shared: members make names there, and nobody removes or renames another's.
const stickyShare = 0o770 | os.ModeSticky

// ProcessLogs returns the directory for the output of processes that this user starts: a coordinator, jobs, workers on
// other hosts. Slurm, for example, follows links when it opens such logs, so this directory is this user's
// alone. It is made. The error wraps ErrUntrusted when another user could write there, and fs.ErrPermission where
// the root isn't shared with this user as a worker.
func (r *Root) ProcessLogs() (string, error) {
	outer := r.Private(processes)
	info, err := os.Lstat(outer)
	if errors.Is(err, fs.ErrNotExist) { // of a root that an earlier version made
		if err = atomicfile.Mkdir(outer, 0o700); err == nil {
			info, err = os.Lstat(outer)
		}
	}
	if err != nil {
		return "", fmt.Errorf("make directory of logs: %w", err)
	}
	if !info.IsDir() || info.Mode().Perm()&0o022 != 0 && info.Mode()&os.ModeSticky == 0 {
		return "", fmt.Errorf("%s is not a safe directory of the root: its owner must restart the "+
			"coordinator, which sets its permissions: %w", outer, ErrUntrusted)
	}
	dir := r.Private(processes, strconv.Itoa(os.Geteuid()))
	if err := atomicfile.Mkdir(dir, 0o700); err != nil {
		return "", fmt.Errorf("make directory of logs: %w", err)
	}
	if err := check(dir, true); err != nil {
		return "", err
	}
	return dir, nil
}
