package inspect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/catalog"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

// TaskRecord is what is known of a task or a result file.
type TaskRecord struct {
	ID         sweeps.ID
	Sweep      string
	path       string         // of the result, or where it will be
	Line       *manifest.Line // the manifest's last
	known      bool           // experiment, seed and settings are known
	experiment sim.Experiment
	seed       uint32
	settings   []sim.Setting
	products   string // how the model computes with wee (sim.Recurrence)
	source     *sweeps.Input
	initial    *sweeps.Initial
	replaces   sweeps.ID
	info       *results.Info
	log        []string
	readError  string               // why the file could not be read
	running    *control.RunningTask // nil if it is not known to run
}

// Source is what a PERTURB task starts from; nil for others, and where it is not known.
func (a *TaskRecord) Source() *sweeps.Input { return a.source }

func newTaskRecord(r *root.Root, sweep string, line *manifest.Line) *TaskRecord {
	a := &TaskRecord{ID: line.ID, Sweep: sweep, Line: line, experiment: line.Experiment, seed: line.Seed, replaces: line.Replaces}
	if line.File != "" {
		a.path = filepath.Join(r.SweepDir(sweep), line.File)
	}
	return a
}

// FindTask looks for an id prefix in every manifest, then among launched tasks that have not run.
func FindTask(ctx context.Context, r *root.Root, launched []string, prefix string) (*TaskRecord, error) {
	found, unread := map[sweeps.ID]*TaskRecord{}, []error{}
	for _, name := range launched {
		for line, err := range manifest.Read(r.Manifest(name)) {
			if err != nil {
				unread = append(unread, err)
				break
			}
			if strings.HasPrefix(line.ID.String(), prefix) {
				found[line.ID] = newTaskRecord(r, name, &line)
			}
		}
	}
	prober, err := cli.NewProber()
	if err != nil {
		return nil, err
	}
	for _, name := range launched {
		status, err := catalog.ReadSweep(ctx, r, prober, name)
		if atomicfile.IsStorage(err) && !errors.Is(err, fs.ErrNotExist) {
			unread = append(unread, err)
		}
		if err != nil {
			continue // for example, its source is gone; the manifest still has lines
		}
		for i := range status.Tasks {
			if t := &status.Tasks[i].Task; strings.HasPrefix(t.ID.String(), prefix) {
				if found[t.ID] == nil {
					found[t.ID] = &TaskRecord{ID: t.ID, Sweep: name, path: filepath.Join(r.SweepDir(name), t.File)}
				}
				found[t.ID].addTask(t)
			}
		}
	}
	switch len(found) {
	case 0:
		if len(unread) > 0 {
			return nil, fmt.Errorf("look for task %s: %w", prefix, errors.Join(unread...))
		}
		return nil, cli.Usagef("no task %s under %s; `eisweep tasks SWEEP` lists the tasks of a sweep", prefix, r.Path())
	case 1:
		for _, a := range found {
			return a, nil
		}
	}
	return nil, cli.Usagef("%s matches the ids of %d tasks: give more characters", prefix, len(found))
}

// addTask adds what the sweep file says of the task.
func (a *TaskRecord) addTask(t *sweeps.Task) {
	a.known, a.experiment, a.seed, a.settings = true, t.Experiment, t.Seed, t.Settings()
	a.source, a.initial, a.replaces = t.Source, t.Initial, t.Replaces
}

// addFile adds what the result file contains.
func (a *TaskRecord) addFile(ctx context.Context) error {
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	found, err := prober.Log(ctx, a.path)
	switch {
	case errors.Is(err, results.ErrLog):
		a.readError = err.Error()
	case err != nil:
		return err
	}
	info := &found.Info
	a.info, a.log = info, found.Log
	if info.HasTask {
		a.ID, a.known, a.experiment, a.seed, a.settings = info.ID, true, info.Experiment, info.Seed, info.Settings
		if a.source == nil {
			a.source = info.Source
		}
		if a.initial == nil {
			a.initial = info.Initial
		}
	}
	return nil
}

func (a *TaskRecord) addLog(lines []string, err error) {
	a.log = lines
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.readError = err.Error()
	}
}

func readLogFile(path string) ([]string, error) {
	text, err := atomicfile.Read(path, root.MaxLog)
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimRight(string(text), "\n"), "\n"), nil
}

// locate finds a file relative to the current directory, else relative to the root.
func locate(r *root.Root, name string) (string, error) {
	for _, path := range []string{name, filepath.Join(r.Path(), name)} {
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() {
			return filepath.Abs(path)
		}
		if atomicfile.IsRefused(err) && !errors.Is(err, syscall.ENOTDIR) && !errors.Is(err, syscall.ENAMETOOLONG) {
			return "", fmt.Errorf("find file: %w", err)
		}
	}
	return "", cli.Usagef("no file %s in the current directory or under %s", name, r.Path())
}

func withinRoot(r *root.Root, path string) (sweep, file string, ok bool) {
	rel, err := r.Relative(path)
	if err != nil {
		return "", "", false
	}
	sweep, file, ok = strings.Cut(rel, "/")
	return sweep, file, ok && sweeps.IsName(sweep)
}

// findProducts asks the model how it computes products with wee.
func (a *TaskRecord) findProducts(ctx context.Context) (err error) {
	if a.known {
		p := sim.Resolve(a.experiment, a.settings)
		a.products, err = sim.Recurrence(ctx, &p)
	}
	return err
}

// parameters returns a row for each parameter: name, value, default.
func (a *TaskRecord) parameters(all bool) [][3]string {
	tree, defaults := sim.Resolve(a.experiment, a.settings), sim.Defaults(a.experiment)
	defaults.Numint.EveryN = tree.Numint.NTrials
	var out [][3]string
	for _, p := range sim.Table() {
		value, usual := p.Get(&tree).String(), p.Get(&defaults).String()
		if p.ReadBy(a.experiment) && (all || value != usual) {
			out = append(out, [3]string{p.Name, value, usual})
		}
	}
	return out
}
