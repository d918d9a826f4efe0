package coordinator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Clean removes, or with dry only lists, what is of no more use of a sweep:
// superseded results, files on their way of attempts that are over, and checkpoints
// of tasks that are done. What no manifest tells of stays, since somebody may go on
// from it. Logs, which tell of the results, go only where that is asked for, and never those of
// tasks that failed. The caller holds the root's lock.
func Clean(r *root.Root, request control.Clean) (control.Cleaned, error) {
	sweep := request.Sweep
	x, err := catalog.Read(r)
	if err != nil {
		return control.Cleaned{}, err
	}
	reruns := map[sweeps.ID]int{} // ordered, and not settled when the coordinator stopped
	stand, err := records.Read(r, sweep)
	switch {
	case err == nil:
		reruns = stand.Reruns
	case !errors.Is(err, fs.ErrNotExist):
		return control.Cleaned{}, err
	}
	c := cleaner{root: r, catalog: x}
	c.orphaned = func(name string) bool {
		id, run := attemptOf(name)
		return run <= x.LastRun(id)
	}
	c.overdue = func(name string) bool {
		id, _ := attemptOf(name)
		h := x.History(id)
		_, ordered := reruns[id]
		return h.IsDone() && !ordered
	}
	return c.clean(request)
}

// Clean is the function of that name while this coordinator is at work: it knows what is.
func (k *Coordinator) Clean(request control.Clean) (control.Cleaned, error) {
	if err := k.mayWrite(); err != nil {
		return control.Cleaned{}, err
	}
	c := cleaner{root: k.config.Root, catalog: k.catalog, orphaned: k.orphaned, overdue: k.overdue}
	return c.clean(request)
}

// cleaner removes what is of no more use.
type cleaner struct {
	root    *root.Root
	catalog *catalog.Catalog
	// orphaned says of a result on its way whether its attempt is over, overdue of a
	// checkpoint whether its task is settled: by their files' names.
	orphaned, overdue func(name string) bool
}

func (c *cleaner) clean(request control.Clean) (control.Cleaned, error) {
	sweep := request.Sweep
	out := control.Cleaned{Files: []control.CleanedFile{}}
	names, err := c.root.Sweeps()
	if err != nil {
		return out, err
	}
	if !slices.Contains(names, sweep) {
		return out, control.UnknownSweep(sweep, names)
	}
	if err := c.catalog.Fault(sweep); err != nil {
		return out, err
	}
	found, err := c.useless(sweep, request.Logs)
	if err != nil {
		return out, err
	}
	for _, f := range found {
		if !request.Dry {
			err := c.remove(f.Path)
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

// isOldLog says of an attempt's log whether its task is done: logs of failures are kept.
func (c *cleaner) isOldLog(name string) bool {
	id, _ := attemptOf(name)
	h := c.catalog.History(id)
	return h.IsDone() && c.overdue(name)
}

// useless lists what is to be removed.
func (c *cleaner) useless(sweep string, logs bool) ([]control.CleanedFile, error) {
	out, err := c.list(filepath.Join(c.root.SweepDir(sweep), "superseded"), "superseded", func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	type private struct {
		folder, why string
		is          func(name string) bool
	}
	folders := []private{{"incoming", "orphaned", c.orphaned}, {"checkpoints", "checkpoint", c.overdue}}
	if logs {
		folders = append(folders, private{"logs", "log", c.isOldLog})
	}
	for _, private := range folders {
		more, err := c.list(c.root.Private(private.folder), private.why, func(name string) bool {
			id, _ := attemptOf(name)
			return c.catalog.Contains(id, sweep) && private.is(name)
		})
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// remove removes a file by its path in the root. No link there is followed, in whose place a folder was when it was
// listed.
func (c *cleaner) remove(name string) error {
	dir, err := atomicfile.OpenRoot(filepath.Join(c.root.Path(), path.Dir(name)))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Remove(path.Base(name))
}

// list returns those files of a folder that are of no use, with the reason. A link in the folder's place, which could
// lead to anybody's files, is an error.
func (c *cleaner) list(dir, why string, isUseless func(name string) bool) ([]control.CleanedFile, error) {
	opened, err := atomicfile.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) && !isLink(dir) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	defer opened.Close()
	entries, err := fs.ReadDir(opened.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	var out []control.CleanedFile
	for _, e := range entries {
		info, err := e.Info()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("list %s: %w", dir, err)
		}
		if err != nil || !info.Mode().IsRegular() || !isUseless(e.Name()) {
			continue
		}
		path, err := c.root.Relative(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, control.CleanedFile{Path: path, Bytes: info.Size(), Why: why})
	}
	return out, nil
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&os.ModeSymlink != 0
}

// orphaned says of a result on its way whether its attempt is over: nobody waits for
// its order, or a later one was given.
func (k *Coordinator) orphaned(name string) bool {
	return k.isSettled(attemptOf(name))
}

// overdue says of a checkpoint whether its task is settled.
func (k *Coordinator) overdue(name string) bool {
	id, _ := attemptOf(name)
	k.mu.Lock()
	defer k.mu.Unlock()
	t, ok := k.machine.Task(id)
	return !ok || t.IsSettled()
}

// attemptOf reads the task and the first number in the name of an attempt's file:
// id.run.attempt or, of a checkpoint, id.attempt, with whatever after it.
func attemptOf(name string) (id sweeps.ID, first int) {
	parts := strings.Split(name, ".")
	id, err := sweeps.ParseID(parts[0])
	if err != nil || len(parts) < 2 {
		return sweeps.ID{}, 0
	}
	first, _ = strconv.Atoi(parts[1])
	return id, first
}
