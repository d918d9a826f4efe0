package records

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// GoneError is the error of a sweep that was launched, and whose folder somebody removed or moved away.
type GoneError struct{ Sweep, Path string }

func (e *GoneError) Error() string {
	return fmt.Sprintf("sweep %s was launched, but its folder %s is gone", e.Sweep, e.Path)
}

// Remedy says what a person can do about it.
func (e *GoneError) Remedy() string {
	return fmt.Sprintf("put the folder back, and the sweep continues with its results; or launch the sweep again, which computes them again; "+
		"or give the sweep up: eisweep cancel %s", e.Sweep)
}

// Names returns the sweeps that have a record, sorted; none where no coordinator has run yet.
func Names(r *root.Root) ([]string, error) {
	entries, err := os.ReadDir(r.Private("stands"))
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

// Gone returns the sweeps that were launched, not cancelled since, and have nothing left in the root but their record, in
// the order of their names. A record that cannot be read counts as of an open sweep.
func Gone(r *root.Root) (open, finished []string, err error) {
	launched, err := r.Sweeps()
	if err != nil {
		return nil, nil, err
	}
	names, err := Names(r)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		if _, found := slices.BinarySearch(launched, name); found {
			continue
		}
		switch s, err := Read(r, name); {
		case errors.Is(err, fs.ErrNotExist): // removed a moment ago
		case err == nil && s.Stand == control.Cancelled:
		case err == nil && s.Stand == control.Finished:
			finished = append(finished, name)
		default:
			open = append(open, name)
		}
	}
	return open, finished, nil
}
