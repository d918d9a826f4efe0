package coordinator

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// place gives the outcome's file its name in every sweep that wants it. The class
// says why it could not: the file is not what the outcome promised.
func (k *Coordinator) place(c place) queue.Class {
	d := k.held[order{c.id, c.run}]
	incoming := k.config.Root.Incoming(c.id, c.run, d.Outcome.Attempt)
	if err := checkIncoming(incoming, &d.Outcome); err != nil {
		k.reasons[c.id] = err.Error()
		return queue.Storage
	}
	for i, sweep := range c.sweeps {
		t := k.task(c.id, sweep)
		if err := k.name(incoming, sweep, t, d.Outcome.SHA256); err != nil {
			k.fail(fmt.Errorf("place result of %s in %s: %w", t.File, sweep, err))
			return ""
		}
		line := k.resultLine(sweep, t, &d.Outcome)
		if i > 0 {
			line.ReusedFrom = c.sweeps[0]
			k.sweep(sweep).linked++
		} else {
			k.sweep(sweep).ran++
			k.pace.end(time.Now(), cost(t))
		}
		k.note(sweep, line)
		k.sweep(sweep).work.settle(t)
		k.sweep(sweep).forget(c.id)
	}
	return ""
}

// checkIncoming holds a file against its outcome. The folder is opened first: an
// NFS client may believe for a while that a name it once missed is still missing.
func checkIncoming(path string, o *queue.Outcome) error {
	if _, err := os.ReadDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("open incoming folder: %w", err)
	}
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("the result of %s is not a plain file", o.ID)
	}
	sum, n, err := results.HashFile(path)
	if err != nil {
		return fmt.Errorf("read result on its way: %w", err)
	}
	if sum != o.SHA256 || n != o.Bytes {
		return fmt.Errorf("the result of %s arrived with other bytes than its worker wrote", o.ID)
	}
	return nil
}

// link gives a result that is done its name in one more sweep. One whose file has gone
// meanwhile is computed again.
func (k *Coordinator) link(c link) []command {
	t := k.task(c.id, c.sweep)
	from, err := k.locate(c.id, c.sweep, t.File)
	if errors.Is(err, errGone) {
		k.config.Log.Warn("a result is computed again: its file is gone", "task", c.id, "sweep", c.sweep)
		return k.machine.step(vanished(c))
	}
	if err != nil {
		k.fail(fmt.Errorf("link result of %s into %s: %w", t.File, c.sweep, err))
		return nil
	}
	defer k.sweep(c.sweep).forget(c.id)
	if from.sweep == c.sweep && from.line.File == t.File {
		if k.saysFailed(c.sweep, c.id) { // by a later order, which leaves the result
			k.note(c.sweep, from.line)
		}
		return nil // placed since the launch looked
	}
	source := filepath.Join(k.config.Root.SweepDir(from.sweep), from.line.File)
	if err := k.name(source, c.sweep, t, from.line.SHA256); err != nil {
		k.fail(fmt.Errorf("link result of %s into %s: %w", t.File, c.sweep, err))
		return nil
	}
	line := from.line
	line.State = results.Done // it may have been superseded
	line.Sweep, line.File, line.ReusedFrom = c.sweep, t.File, from.sweep
	line.Parameters = results.ParametersOf(t.Varying)
	k.note(c.sweep, line)
	k.sweep(c.sweep).linked++
	return nil
}

// name links a file to a task's name in a sweep's folder. What has that name and
// is something else is moved aside first; nothing is overwritten.
func (k *Coordinator) name(from, sweep string, t *sweeps.Task, sha256 string) error {
	dir := k.config.Root.SweepDir(sweep)
	to := filepath.Join(dir, t.File)
	err := linkOrCopy(from, to, sha256)
	if errors.Is(err, os.ErrNotExist) && isGone(dir) {
		k.config.Log.Warn("the folder of a sweep is gone and is made again for its results; launch the sweep again", "sweep", sweep)
		if err := os.Mkdir(dir, 0o777); err != nil {
			return err
		}
		err = linkOrCopy(from, to, sha256)
	}
	if !errors.Is(err, os.ErrExist) {
		return err
	}
	if isResult(to, sha256) {
		return nil // placed before, by a coordinator that was stopped in between
	}
	if err := k.supersede(sweep, t); err != nil {
		return fmt.Errorf("move the file in the way: %w", err)
	}
	return linkOrCopy(from, to, sha256)
}

// isGone tells whether there is nothing under a path, or a link that leads to nothing.
func isGone(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, os.ErrNotExist)
}

// isResult tells whether a path is a file, no link or folder, of these bytes.
func isResult(path, sha256 string) bool {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return false
	}
	sum, _, err := results.HashFile(path)
	return err == nil && sum == sha256
}

// supersede moves what has a task's name to superseded/, under the id of the task
// whose result it is; the manifest follows it.
func (k *Coordinator) supersede(sweep string, t *sweeps.Task) error {
	dir := k.config.Root.SweepDir(sweep)
	if err := os.MkdirAll(filepath.Join(dir, "superseded"), 0o777); err != nil {
		return err
	}
	owner, _ := k.index.ownerOf(sweep, t.File)
	stem := owner.String()
	switch {
	case owner == t.ID:
		stem += ".damaged"
	case stem == "":
		stem = "unknown"
	}
	file, err := moveAside(dir, t.File, stem)
	if err != nil {
		return err
	}
	k.config.Log.Info("moved aside", "sweep", sweep, "file", t.File, "to", file)
	was, err := k.index.copyAt(owner, sweep, t.File)
	if err != nil {
		return err
	}
	if was != nil && owner != t.ID {
		was.line.State, was.line.File = results.Superseded, file
		k.note(sweep, was.line)
		k.batch.folders[filepath.Join(dir, "superseded")] = true
	}
	k.index.disown(sweep, t.File)
	return nil
}

// moveAside moves a file, or whatever else has its name, to superseded/stem.h5, or
// stem.N.h5 where that is taken, and returns its new name relative to dir. Only the
// holder of the root's lock makes names there.
func moveAside(dir, file, stem string) (string, error) {
	for n := 1; ; n++ {
		name := filepath.Join("superseded", stem+".h5")
		if n > 1 {
			name = filepath.Join("superseded", fmt.Sprintf("%s.%d.h5", stem, n))
		}
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			if err != nil {
				return "", err
			}
			continue
		}
		return name, os.Rename(filepath.Join(dir, file), filepath.Join(dir, name))
	}
}

// resultLine is the manifest's line of an outcome with a result.
func (k *Coordinator) resultLine(sweep string, t *sweeps.Task, o *queue.Outcome) results.Line {
	l := k.outcomeLine(sweep, t, o)
	l.State, l.File, l.Digest, l.SHA256, l.Bytes = results.Done, t.File, o.Digest, o.SHA256, o.Bytes
	return l
}

func (k *Coordinator) outcomeLine(sweep string, t *sweeps.Task, o *queue.Outcome) results.Line {
	l := taskLine(sweep, t)
	l.Run, l.Attempt, l.Started, l.Finished = o.Run, o.Attempt, o.Started, o.Finished
	l.Seconds = (o.Spent + o.Finished.Sub(o.Started)).Seconds()
	l.Host, l.Worker, l.Version = o.Host, o.Worker, o.Version
	return l
}

// taskLine holds the fields of a line that the task alone gives.
func taskLine(sweep string, t *sweeps.Task) results.Line {
	return results.Line{ID: t.ID, Sweep: sweep, Experiment: t.Experiment, Seed: t.Seed, Parameters: results.ParametersOf(t.Varying),
		ModelVersion: sim.ModelVersion, Replaces: t.Replaces}
}
