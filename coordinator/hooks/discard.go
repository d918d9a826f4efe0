package hooks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"eisweep/internal/root"
)

// Undelivered counts the hooks of a sweep that are still to run or to be sent, in a root that this process owns and on which no keeper
// works; 0 if they cannot be read, which is a problem then.
func Undelivered(r *root.Root, sweep string) int {
	f, err := readOne(r, sweep)
	if err != nil {
		return 0
	}
	return f.undelivered()
}

// Discard removes what the hooks of a sweep have left in a root that this process owns: its file, which has secrets, and the output of
// its commands. No keeper works on the root.
func Discard(r *root.Root, sweep string) error {
	paths := []string{pathOf(r, sweep)}
	for _, event := range []Event{TaskFailed, SweepFinished} {
		paths = append(paths, logOf(r, sweep, event))
	}
	var errs []error
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("remove hooks of sweep %s: %w", sweep, err)
	}
	return nil
}

// Undelivered counts the hooks of a sweep that are still to run or to be sent.
func (k *Keeper) Undelivered(sweep string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.files[sweep]; f != nil {
		return f.undelivered()
	}
	return 0
}

// Forget drops the hooks of a sweep, and removes what they have left.
func (k *Keeper) Forget(sweep string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.files, sweep)
	delete(k.unread, sweep)
	k.listProblems()
	return Discard(k.config.Root, sweep)
}
