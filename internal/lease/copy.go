package lease

import (
	"context"
	"os"
	"time"

	"eisweep/internal/root"
)

// Directory is the number of the directory that the latest owner of a root worked on; 0 if that is unknown. See
// root.DirectoryNumber.
func Directory(r *root.Root) uint64 {
	found, err := directory(r.Private("owner")).latest()
	if err != nil {
		return 0
	}
	return found.Directory
}

// Owner is the latest owner of a root, and what others must use to work with it; see Config. They are zero if the owner has released the
// root, and if that is unknown.
func Owner(r *root.Root) (h root.Holder, protocol string) {
	found, err := directory(r.Private("owner")).latest()
	if err != nil || found.Released {
		return root.Holder{}, ""
	}
	return found.Holder, found.Protocol
}

// LastHeard is the latest owner of a root that has not released it, and when that owner last renewed its record, by the clock of the
// file system. They are zero if the owner has released the root, and if that is unknown.
func LastHeard(r *root.Root) (h root.Holder, at time.Time) {
	d := directory(r.Private("owner"))
	found, err := d.latest()
	if err != nil || found.Released || found.Epoch == 0 {
		return root.Holder{}, time.Time{}
	}
	info, err := os.Stat(d.path(found.Epoch))
	if err != nil {
		return root.Holder{}, time.Time{}
	}
	return found.Holder, info.ModTime()
}

// Is copied tells a copy of a root from the root itself.
const (
	copyPatience = defaultTerm + 5*time.Second // an owner that renews less often has lost the root
	copyPoll     = time.Second
)

// IsElsewhere reports whether an owner that works on the directory of a given number works on another directory than this
// root, which is then a copy of it, or was moved. If the number alone does not prove the opposite, and the lock does not
// show the owner, IsElsewhere watches the owner's record: it is renewed in the directory that the owner works on. What this
// user may not read does not count. The error is ctx's.
func IsElsewhere(ctx context.Context, r *root.Root, number uint64) (bool, error) {
	return isElsewhere(ctx, r, number, copyPatience, copyPoll)
}

func isElsewhere(ctx context.Context, r *root.Root, number uint64, patience, poll time.Duration) (bool, error) {
	if own, err := r.DirectoryNumber(); err != nil || own == number {
		return false, nil
	}
	found, err := directory(r.Private("owner")).latest()
	if err != nil {
		return false, nil
	}
	signed, held, err := r.LookAtLock()
	switch {
	case err == nil && held && signed == found.Holder:
		return found.Directory != number, nil // else the file system numbers it in another way for this process
	case found.Epoch == 0 || found.Released:
		return true, nil
	case err == nil && !held && signed == found.Holder && isThisBoot(found.Boot):
		return true, nil // if the owner is alive, its lock is that of another directory
	}
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if err := pause(ctx, poll); err != nil {
			return false, err
		}
		now, err := directory(r.Private("owner")).latest()
		if err != nil || now.Epoch != 0 && !now.Released && !now.isUnchanged(&found) {
			return false, nil
		}
	}
	return true, nil
}

func isThisBoot(boot string) bool {
	own, err := bootID(bootFile)
	return err == nil && own == boot
}
