package coordinator

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

// Fence gives the manifests of all sweeps that are not finished new inodes. Whoever takes a root over from an owner that
// may still be alive does so before anything else: a line that the other began to write could otherwise overwrite later
// ones. mayWrite is asked before each. Sweeps that have no manifest are none of it.
func Fence(r *root.Root, mayWrite func() error) error {
	names, err := r.Sweeps()
	if err != nil {
		return fmt.Errorf("fence manifests: %w", err)
	}
	for _, name := range slices.DeleteFunc(names, func(name string) bool { return isFinished(r, name) }) {
		if err := mayWrite(); err != nil {
			return err
		}
		err := manifest.Fence(r.Manifest(name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, atomicfile.ErrNotRegular) {
			return fmt.Errorf("%w; it must be copied before anybody adds to it, since another process may still write to it", err)
		}
	}
	return nil
}

// isFinished reports whether the record of a sweep says so: it is written after the manifest's last line. `run` keeps no
// records.
func isFinished(r *root.Root, name string) bool {
	record, err := records.Read(r, name)
	return err == nil && record.Stand == control.Finished
}
