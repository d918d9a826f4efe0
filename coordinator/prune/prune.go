package prune

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Tasks says which tasks and attempts are over. Both methods may be called from any goroutine.
type Tasks interface {
	// IsSettled reports whether nobody waits for a task.
	IsSettled(id sweeps.ID) bool
	// IsOver reports whether nobody waits for a run of a task any more.
	IsOver(id sweeps.ID, run int) bool
}

// Run is Sweep for the process that holds the root's lock while no coordinator runs.
func Run(r *root.Root, request control.Clean) (control.Cleaned, error) {
	c, err := catalog.Read(r)
	if err != nil {
		return control.Cleaned{}, err
	}
	tasks := recorded{catalog: c}
	record, err := records.Read(r, request.Sweep)
	switch {
	case err == nil:
		tasks.reruns = record.Reruns
	case !errors.Is(err, fs.ErrNotExist):
		return control.Cleaned{}, err
	}
	return Sweep(c, tasks, request)
}

// recorded judges tasks by what manifests and the sweep's record say.
type recorded struct {
	catalog *catalog.Catalog
	reruns  map[sweeps.ID]int // given, and not settled when the coordinator stopped
}

func (t recorded) IsSettled(id sweeps.ID) bool {
	h := t.catalog.History(id)
	_, rerun := t.reruns[id]
	return h.IsDone() && !rerun
}

func (t recorded) IsOver(id sweeps.ID, run int) bool { return run <= t.catalog.LastRun(id) }

// Sweep removes, or with Dry only lists, files of a sweep that nobody needs any more: superseded results,
// results of attempts that are over which never got a name, and checkpoints of tasks that are done. Files of
// tasks that no manifest has stay, since somebody may resume them. Logs, which describe results, go only
// if the request says so, and never those of tasks that failed. The error is a *control.Refusal when
// there is no such sweep.
func Sweep(c *catalog.Catalog, tasks Tasks, request control.Clean) (control.Cleaned, error) {
	p := pruner{catalog: c, tasks: tasks}
	return p.prune(request)
}

type pruner struct {
	catalog *catalog.Catalog
	tasks   Tasks
}

func (p *pruner) prune(request control.Clean) (control.Cleaned, error) {
	sweep := request.Sweep
	out := control.Cleaned{Files: []control.CleanedFile{}}
	names, err := p.catalog.Root().Sweeps()
	if err != nil {
		return out, err
	}
	if !slices.Contains(names, sweep) {
		return out, control.UnknownSweep(p.catalog.Root().Path(), sweep, names)
	}
	if err := p.catalog.Fault(sweep); err != nil {
		return out, err
	}
	found, err := p.removable(sweep, request.Logs)
	if err != nil {
		return out, err
	}
	for _, f := range found {
		if !request.Dry {
			err := p.remove(f.Path)
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

// removable lists the files to be removed.
func (p *pruner) removable(sweep string, logs bool) ([]control.CleanedFile, error) {
	out, err := p.list(filepath.Join(p.catalog.Root().SweepDir(sweep), "superseded"), "superseded", func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	type private struct {
		directory, why string
		isRemovable    func(id sweeps.ID, run int) bool
	}
	directories := []private{
		{"incoming", "orphaned", p.tasks.IsOver},
		{"checkpoints", "checkpoint", func(id sweeps.ID, _ int) bool { return p.tasks.IsSettled(id) }},
	}
	if logs {
		directories = append(directories, private{"logs", "log", func(id sweeps.ID, _ int) bool {
			h := p.catalog.History(id)
			return h.IsDone() && p.tasks.IsSettled(id)
		}})
	}
	for _, d := range directories {
		more, err := p.list(p.catalog.Root().Private(d.directory), d.why, func(name string) bool {
			id, run := root.ParseAttempt(name)
			return p.catalog.Contains(id, sweep) && d.isRemovable(id, run)
		})
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// remove removes a file by its path in the root. No link there is followed, in whose place a directory was when it was
// listed.
func (p *pruner) remove(name string) error {
	dir, err := atomicfile.OpenRoot(filepath.Join(p.catalog.Root().Path(), path.Dir(name)))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Remove(path.Base(name))
}

// list returns the removable files in a directory, with the reason. A link in the directory's place, which could lead
// to anybody's files, is an error.
func (p *pruner) list(dir, why string, isRemovable func(name string) bool) ([]control.CleanedFile, error) {
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
		if err != nil || !info.Mode().IsRegular() || !isRemovable(e.Name()) {
			continue
		}
		path, err := p.catalog.Root().Relative(filepath.Join(dir, e.Name()))
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
