package records

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"eisweep/internal/control"
	"eisweep/internal/root"
)

// GoneError is the error of a sweep that was launched, and whose directory somebody removed or moved away.
type GoneError struct{ Sweep, Path string }

func (e *GoneError) Error() string {
	return fmt.Sprintf("sweep %s was launched, but its directory %s is gone", e.Sweep, e.Path)
}

// Remedy says what a person can do about it.
func (e *GoneError) Remedy() string {
	return fmt.Sprintf("put the directory back, and the sweep continues with its results; or launch the sweep again, which computes "+
		"them again; or give the sweep up: eisweep cancel %s", e.Sweep)
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
		case err == nil && s.Status == control.Cancelled:
		case err == nil && s.Status == control.Finished:
			finished = append(finished, name)
		default:
			open = append(open, name)
		}
	}
	return open, finished, nil
}
