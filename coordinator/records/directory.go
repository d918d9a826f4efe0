package records

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// The directory of the records, under the private directory of a root. Earlier versions of this program used another
// one, and call the status "stand". Both are read; only a coordinator moves the records, when it starts.
const (
	directory        = "sweeps"
	earlierDirectory = "stands"
)

func earlierPath(r *root.Root, sweep string) string {
	return r.Private(earlierDirectory, sweep+".json")
}

// Names returns the sweeps that have a record, sorted; none where no coordinator has run yet.
func Names(r *root.Root) ([]string, error) {
	names, err := namesIn(r.Private(directory))
	if err != nil {
		return nil, err
	}
	earlier, err := namesIn(r.Private(earlierDirectory))
	if err != nil || len(earlier) == 0 {
		return names, err
	}
	moved, err := namesIn(r.Private(directory)) // a coordinator may be moving them
	names = slices.Concat(names, earlier, moved)
	slices.Sort(names)
	return slices.Compact(names), err
}

// keysEnding ends the names of files that lie beside the records: caches of the ids that finished sweeps have.
const keysEnding = ".ids"

// KeysPath is where the ids of a finished sweep are stored.
func KeysPath(r *root.Root, sweep string) string { return r.Private(directory, sweep+keysEnding) }

// RemoveOldKeys removes the stored ids of all sweeps but the named ones, which are sorted. Only the owner of the root may
// call it. What cannot be removed stays: it does no harm.
func RemoveOldKeys(r *root.Root, sweeps []string) {
	entries, _ := os.ReadDir(r.Private(directory))
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), keysEnding)
		if _, found := slices.BinarySearch(sweeps, name); ok && !found {
			_ = os.Remove(KeysPath(r, name))
		}
	}
}

func namesIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list records of sweeps: %w", err)
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok && sweeps.IsName(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Migrate moves the records of an earlier version to where this one keeps them. Only the owner of the root may call it, and
// authorizeWrite is called before each record is moved. If it is interrupted, the next call continues: Read finds a record in
// either place meanwhile. Where both places have a record of a sweep, an earlier version has run since, and the record of
// the later owner counts, or else of the later launch.
func Migrate(r *root.Root, authorizeWrite func() error) error {
	from := r.Private(earlierDirectory)
	if atomicfile.IsGone(from) {
		return nil
	}
	names, err := namesIn(from)
	if err == nil {
		err = atomicfile.Mkdir(r.Private(directory), 0o700)
	}
	for _, name := range names {
		if err == nil {
			err = authorizeWrite()
		}
		if err == nil {
			err = migrateOne(r, name)
		}
	}
	if err == nil {
		err = atomicfile.SyncDir(r.Private(directory))
	}
	if err != nil {
		return fmt.Errorf("move the records of sweeps that an earlier version left in %s: %w", from, err)
	}
	_ = os.Remove(from) // it stays if it holds anything else
	return nil
}

func migrateOne(r *root.Root, name string) error {
	later, err := isLater(r, name)
	switch {
	case err != nil:
		return err
	case later:
		return atomicfile.Replace(earlierPath(r, name), Path(r, name))
	}
	return os.Remove(earlierPath(r, name))
}

// isLater reports whether the record in the earlier directory is the one that counts. A record that cannot be understood
// counts only if there is no other.
func isLater(r *root.Root, name string) (bool, error) {
	now, err := readAt(Path(r, name))
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if atomicfile.IsStorage(err) {
		return false, err
	}
	earlier, errEarlier := readAt(earlierPath(r, name))
	if errEarlier != nil {
		return false, ifStorage(errEarlier)
	}
	return err != nil || cmp.Or(cmp.Compare(earlier.Epoch, now.Epoch), earlier.Launched.Compare(now.Launched)) > 0, nil
}

// ifStorage returns an error that says that a file cannot be read, and nil for one about what is in it.
func ifStorage(err error) error {
	if atomicfile.IsStorage(err) {
		return err
	}
	return nil
}
