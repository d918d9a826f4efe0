package coordinator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"eisweep/internal/control"
	"eisweep/sweeps"
)

// Clean removes, or with dry only lists, what is of no more use of a sweep:
// superseded results, files on their way of attempts that are over, and checkpoints
// of tasks that are settled. What no manifest tells of stays, since somebody may go on
// from it; so do logs, which tell of the results.
func (k *Coordinator) Clean(sweep string, dry bool) (control.Cleaned, error) {
	out := control.Cleaned{Files: []control.CleanedFile{}}
	names, err := k.config.Root.Sweeps()
	if err != nil {
		return out, err
	}
	if !slices.Contains(names, sweep) {
		return out, unknownSweep(sweep, names)
	}
	found, err := k.useless(sweep)
	if err != nil {
		return out, err
	}
	for _, f := range found {
		if !dry {
			err := os.Remove(filepath.Join(k.config.Root.Path(), f.Path))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return out, fmt.Errorf("clean sweep %s: %w", sweep, err)
			}
		}
		out.Files = append(out.Files, f)
	}
	return out, nil
}

// useless lists what Clean removes.
func (k *Coordinator) useless(sweep string) ([]control.CleanedFile, error) {
	out, err := k.list(filepath.Join(k.config.Root.SweepDir(sweep), "superseded"), func(string) string { return "superseded" })
	if err != nil {
		return nil, err
	}
	for folder, why := range map[string]func(string) string{"incoming": k.orphaned, "checkpoints": k.overdue} {
		more, err := k.list(k.config.Root.Private(folder), func(name string) string {
			if id, _, _ := attemptOf(name); !k.index.belongs(id, sweep) {
				return ""
			}
			return why(name)
		})
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// list returns the files of a folder for which there is a reason.
func (k *Coordinator) list(dir string, why func(name string) string) ([]control.CleanedFile, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	var out []control.CleanedFile
	for _, e := range entries {
		reason := why(e.Name())
		info, err := e.Info()
		if reason == "" || err != nil || !info.Mode().IsRegular() {
			continue
		}
		path, err := k.config.Root.Relative(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, control.CleanedFile{Path: path, Bytes: info.Size(), Why: reason})
	}
	return out, nil
}

// orphaned says of a result on its way whether its attempt is over: nobody waits for
// its order, or a later one was given.
func (k *Coordinator) orphaned(name string) string {
	id, run, _ := attemptOf(name)
	k.mu.Lock()
	defer k.mu.Unlock()
	_, isHeld := k.held[order{id, run}]
	if t := k.machine.tasks[id]; isHeld || t != nil && !t.settled() && int(t.run) <= run {
		return ""
	}
	return "orphaned"
}

// overdue says of a checkpoint whether its task is settled.
func (k *Coordinator) overdue(name string) string {
	id, _, _ := attemptOf(name)
	k.mu.Lock()
	defer k.mu.Unlock()
	if t := k.machine.tasks[id]; t != nil && !t.settled() {
		return ""
	}
	return "checkpoint"
}

// attemptOf reads the numbers in the name of an attempt's file: id.run.attempt, or
// id.attempt, with whatever after it.
func attemptOf(name string) (id sweeps.ID, first, second int) {
	parts := strings.Split(name, ".")
	id, err := sweeps.ParseID(parts[0])
	if err != nil || len(parts) < 2 {
		return sweeps.ID{}, 0, 0
	}
	first, _ = strconv.Atoi(parts[1])
	if len(parts) > 2 {
		second, _ = strconv.Atoi(parts[2])
	}
	return id, first, second
}
