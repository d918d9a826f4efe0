package coordinator

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/lifecycle"
	"eisweep/internal/atomicfile"
	"eisweep/internal/folder"
	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// A name passes to another task in two steps: the file is moved aside and the line that says so
// is made durable; only then is the name used again. A coordinator that is killed in between
// leaves no task with the file of another.

// makeWayFor frees the names of a result in all sweeps that it is to be placed in. It reports
// whether lines must be made durable before the names are used, and in which sweeps it failed.
func (k *Coordinator) makeWayFor(c lifecycle.Place, is results.Identity) (wait bool, refused map[string]error) {
	refused = map[string]error{}
	for _, sweep := range c.Sweeps {
		t := k.task(c.ID, sweep)
		if t == nil {
			continue
		}
		w, err := k.makeWay(sweep, t, is)
		if err != nil {
			refused[sweep] = fmt.Errorf("place result of %s in %s: %w", t.File, sweep, err)
		}
		wait = wait || w
	}
	return wait, refused
}

// makeWay frees a task's name in a sweep's folder for a file of these bytes.
func (k *Coordinator) makeWay(sweep string, t *sweeps.Task, is results.Identity) (wait bool, err error) {
	if f := k.faults[sweep]; f.holdsBack() {
		return false, f.err
	}
	path := filepath.Join(k.config.Root.SweepDir(sweep), t.File)
	_, err = os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return k.disclaim(sweep, t)
	}
	if err != nil {
		return false, err
	}
	same, err := is.IsAt(path)
	switch {
	case err != nil:
		return false, err
	case same:
		return k.disclaim(sweep, t)
	}
	return k.supersede(sweep, t)
}

// supersede moves what has a task's name to superseded/, under the id of the task
// whose result it is; the manifest follows it.
func (k *Coordinator) supersede(sweep string, t *sweeps.Task) (wait bool, err error) {
	dir := k.config.Root.SweepDir(sweep)
	if err := makeAside(dir); err != nil {
		return false, fmt.Errorf("move the file in the way: %w", err)
	}
	owner, _ := k.catalog.Owner(sweep, t.File)
	stem := owner.String()
	switch {
	case owner == t.ID:
		stem += ".damaged"
	case stem == "":
		stem = "unknown"
	}
	was, err := k.catalog.CopyAt(owner, sweep, t.File)
	if err != nil {
		return false, err
	}
	file, err := moveAside(dir, t.File, stem)
	if err != nil {
		return false, fmt.Errorf("move the file in the way: %w", err)
	}
	k.config.Log.Info("moved aside", "sweep", sweep, "file", t.File, "to", file)
	k.batch.of(sweep).folders[filepath.Join(dir, "superseded")] = true
	if was != nil && owner != t.ID {
		k.notePlace(sweep, was.Line, file)
		wait = true
	}
	k.catalog.Release(sweep, t.File)
	return wait, nil
}

// disclaim writes that a task has lost the name of its result, where the manifest gives that
// name to it and the file does not have it any more: a coordinator was stopped after it moved
// the file aside, or somebody removed it.
func (k *Coordinator) disclaim(sweep string, t *sweeps.Task) (wait bool, err error) {
	owner, ok := k.catalog.Owner(sweep, t.File)
	if !ok || owner == t.ID || k.catalog.IsSuperseded(owner, sweep) {
		return false, nil
	}
	was, err := k.catalog.CopyAt(owner, sweep, t.File)
	if was == nil || err != nil {
		return false, err
	}
	file, err := catalog.FindSuperseded(k.config.Root.SweepDir(sweep), &was.Line)
	if err != nil {
		return false, err
	}
	k.notePlace(sweep, was.Line, file)
	k.catalog.Release(sweep, t.File)
	return true, nil
}

// notePlace notes where a superseded result lies.
func (k *Coordinator) notePlace(sweep string, l manifest.Line, file string) {
	l.State, l.File = manifest.Superseded, file
	k.note(sweep, l)
	if k.batch.renamed == nil {
		k.batch.renamed = map[sweeps.ID]bool{}
	}
	k.batch.renamed[l.ID] = true
}

// moveAside moves a file, or whatever else has its name, to superseded/stem.h5, or
// stem.N.h5 where that is taken, and returns its new name relative to dir. Only the
// holder of the root's lock makes names there.
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
		return name, folder.Sync(filepath.Join(dir, "superseded"))
	}
}

// makeAside makes superseded/ in a sweep's folder. A link in its place could lead anywhere.
func makeAside(dir string) error {
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
