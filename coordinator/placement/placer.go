package placement

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"eisweep/coordinator/catalog"
	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// A name passes to another task in two steps: the file is moved to superseded/ and the line that says
// so is made durable; only then is the name used again. A coordinator that is killed in between leaves
// no task with the file of another.

// Placer gives results their names in the directories of sweeps. The process that uses it owns the root.
type Placer struct {
	Root    *root.Root
	Catalog *catalog.Catalog
	Log     *slog.Logger
}

// Free frees a task's name in a sweep's directory for a file of these bytes: another file that has the name is moved to
// superseded/. The line, if not nil, says that another task's result lost the name, and must be durable before the
// name is used. Freeing a name again does nothing.
func (p *Placer) Free(sweep string, t *sweeps.Task, is results.Identity) (*manifest.Line, error) {
	path := filepath.Join(p.Root.SweepDir(sweep), t.File)
	_, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return p.disown(sweep, t)
	}
	if err != nil {
		return nil, err
	}
	same, err := is.IsAt(path)
	switch {
	case err != nil:
		return nil, err
	case same:
		return p.disown(sweep, t)
	}
	return p.supersede(sweep, t)
}

// supersede moves the file that has a task's name to superseded/, under the id of the task whose result it is.
func (p *Placer) supersede(sweep string, t *sweeps.Task) (*manifest.Line, error) {
	dir := p.Root.SweepDir(sweep)
	if err := makeSuperseded(dir); err != nil {
		return nil, fmt.Errorf("move the file in the way: %w", err)
	}
	owner, _ := p.Catalog.Owner(sweep, t.File)
	stem := owner.String()
	switch {
	case owner == t.ID:
		stem += ".damaged"
	case stem == "":
		stem = "unknown"
	}
	was, err := p.Catalog.CopyAt(owner, sweep, t.File)
	if err != nil {
		return nil, err
	}
	file, err := moveAside(dir, t.File, stem)
	if err != nil {
		return nil, fmt.Errorf("move the file in the way: %w", err)
	}
	p.Log.Info("moved aside", "sweep", sweep, "file", t.File, "to", file)
	p.Catalog.Release(sweep, t.File)
	if was == nil || owner == t.ID {
		return nil, nil
	}
	return supersededLine(was, file), nil
}

// disown finds a line that is missing: the manifest gives a task's name to another task, whose file does not have it any
// more. A coordinator was stopped after it moved the file, or somebody removed it.
func (p *Placer) disown(sweep string, t *sweeps.Task) (*manifest.Line, error) {
	owner, ok := p.Catalog.Owner(sweep, t.File)
	if !ok || owner == t.ID || p.Catalog.IsSuperseded(owner, sweep) {
		return nil, nil
	}
	was, err := p.Catalog.CopyAt(owner, sweep, t.File)
	if was == nil || err != nil {
		return nil, err
	}
	file, err := catalog.FindSuperseded(p.Root.SweepDir(sweep), &was.Line)
	if err != nil {
		return nil, err
	}
	p.Catalog.Release(sweep, t.File)
	return supersededLine(was, file), nil
}

// supersededLine says where a superseded result is.
func supersededLine(was *catalog.Entry, file string) *manifest.Line {
	l := was.Line
	l.State, l.File = manifest.Superseded, file
	return &l
}

// moveAside moves a file, or a directory or link that has its name, to superseded/stem.h5, or
// stem.N.h5 where that is taken, and returns its new name relative to dir. Only the
// process that owns the root makes names there.
func moveAside(dir, file, stem string) (string, error) {
	for n := 1; ; n++ {
		name := catalog.SupersededName(stem, n)
		err := atomicfile.Move(filepath.Join(dir, file), filepath.Join(dir, name))
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		return name, atomicfile.SyncDir(filepath.Join(dir, "superseded"))
	}
}

// makeSuperseded makes superseded/ in a sweep's directory. A link in its place could lead anywhere.
func makeSuperseded(dir string) error {
	dir = filepath.Join(dir, "superseded")
	if err := atomicfile.Mkdir(dir, 0o755); err != nil {
		return err
	}
	opened, err := atomicfile.OpenRoot(dir)
	if err != nil {
		return err
	}
	return opened.Close()
}

// Link gives a file of these bytes a name in a sweep's directory, which Free has freed. It overwrites nothing: the error
// wraps fs.ErrExist when another file took the name meanwhile. A directory that is gone is made again.
func (p *Placer) Link(sweep, file, from string, is results.Identity) error {
	dir := p.Root.SweepDir(sweep)
	to := filepath.Join(dir, file)
	err := atomicfile.LinkOrCopy(from, to, is.SHA256)
	if errors.Is(err, os.ErrNotExist) && atomicfile.IsGone(dir) {
		p.Log.Warn("the directory of a sweep is gone and is created again for its results; launch the sweep again", "sweep", sweep)
		if err := atomicfile.Mkdir(dir, 0o755); err != nil {
			return err
		}
		err = atomicfile.LinkOrCopy(from, to, is.SHA256)
	}
	if !errors.Is(err, os.ErrExist) {
		return err
	}
	same, err := is.IsAt(to)
	if err == nil && !same {
		err = fmt.Errorf("%s was made by another program meanwhile: %w", to, os.ErrExist)
	}
	return err // nil: placed before, by a coordinator that was stopped in between
}
