package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
)

// Fence gives the manifests of all unfinished sweeps new inodes. A process that takes a root over from an owner
// that may still be alive does this before anything else: a line that the other owner began to write could
// otherwise overwrite later lines. authorizeWrite is called before each manifest. Sweeps without a manifest are
// skipped.
func Fence(r *root.Root, authorizeWrite func() error) error {
	names, err := r.Sweeps()
	if err != nil {
		return fmt.Errorf("fence manifests: %w", err)
	}
	for _, name := range slices.DeleteFunc(names, func(name string) bool { return isFinished(r, name) }) {
		if err := authorizeWrite(); err != nil {
			return err
		}
		err := manifest.Fence(r.Manifest(name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, atomicfile.ErrNotRegular) {
			return fmt.Errorf("%w; it must be copied before anybody adds to it, since another process may still write to it", err)
		}
	}
	return nil
}

// isFinished reports whether the record of a sweep says that it is finished; the record is written after the
// manifest's last line. `run` keeps no records.
func isFinished(r *root.Root, name string) bool {
	record, err := records.Read(r, name)
	return err == nil && record.Status == control.Finished
}
