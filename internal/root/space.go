package root

import (
	"fmt"
	"math"

	"golang.org/x/sys/unix"
)

// Space returns how many bytes, and how many files more, this user may store on the root's file system. A file system that does not
// count its files takes any number of them.
func (r *Root) Space() (bytes, files int64, err error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(r.path, &stat); err != nil {
		return 0, 0, fmt.Errorf("look at file system of %s: %w", r.path, err)
	}
	files = math.MaxInt64
	if stat.Files > 0 {
		files = int64(min(stat.Ffree, math.MaxInt64))
	}
	return int64(stat.Bavail) * stat.Bsize, files, nil
}

// lowBytes is how much free space is enough on a disk of any size.
const lowBytes = 5 << 30

// Disk returns how many bytes this user may store on the root's file system, and from how many on it counts as nearly full: below
// 5 GiB, or below a twentieth of a smaller disk.
func (r *Root) Disk() (free, low int64, err error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(r.path, &stat); err != nil {
		return 0, 0, fmt.Errorf("look at file system of %s: %w", r.path, err)
	}
	return int64(stat.Bavail) * stat.Bsize, min(lowBytes, int64(stat.Blocks)*stat.Bsize/20), nil
}
