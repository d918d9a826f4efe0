package catalog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"eisweep/coordinator/inputs"
	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Library tells an expansion what its sweep refers to: sweeps and result files of a root.
type Library struct {
	ctx     context.Context
	catalog *Catalog
	prober  Prober
	extra   map[string]*sweeps.Sweep
	copies  inputs.Copies // stand in for outside files that are gone; none for a new launch
}

// OpenLibrary returns what sweeps may refer to under a root: the sweeps being
// launched (extra), those launched before, and result files.
func OpenLibrary(ctx context.Context, r *root.Root, prober Prober, extra ...*sweeps.Sweep) (sweeps.Library, error) {
	x, err := Lazy(r)
	if err != nil {
		return nil, err
	}
	return NewLibrary(ctx, x, prober, extra), nil
}

// NewLibrary is OpenLibrary with an existing catalog.
func NewLibrary(ctx context.Context, x *Catalog, prober Prober, extra []*sweeps.Sweep) *Library {
	l := &Library{ctx: ctx, catalog: x, prober: prober, extra: map[string]*sweeps.Sweep{}}
	for _, s := range extra {
		l.extra[s.Name()] = s
	}
	return l
}

// UseCopies has copies stand in for outside files that are gone.
func (l *Library) UseCopies() (err error) {
	l.copies, err = inputs.Read(l.catalog.root)
	return err
}

// Sweep returns the sweep of that name: of this launch, else its latest one.
func (l *Library) Sweep(name string) (*sweeps.Sweep, error) {
	if s := l.extra[name]; s != nil {
		return s, nil
	}
	s, err := records.Launched(l.catalog.root, name)
	if l.catalog.Has(name) || !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	names, _ := l.catalog.root.Sweeps()
	if len(names) == 0 {
		return nil, fmt.Errorf("sweep %q was never launched under %s: run it first, or together with this one (%w)", name,
			l.catalog.root.Path(), fs.ErrNotExist)
	}
	return nil, fmt.Errorf("sweep %q was never launched under %s: run it first, or together with this one; there are %s (%w)",
		name, l.catalog.root.Path(), strings.Join(names, ", "), fs.ErrNotExist)
}

// Results returns the result file, or those of the directory, at path.
func (l *Library) Results(path string) ([]sweeps.ResultFile, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("name result file: %w", err)
	}
	if known := l.copies.Within(path); len(known) > 0 && atomicfile.IsGone(path) {
		return l.copied(known)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open source: %w", err)
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = ResultFiles(path); err != nil {
			return nil, fmt.Errorf("list source: %w", err)
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("directory %s holds no .h5 files", path)
		}
	}
	out, faults := []sweeps.ResultFile{}, []error{}
	for _, f := range files {
		if err := l.ctx.Err(); err != nil {
			return nil, err
		}
		r, err := l.result(f)
		out, faults = append(out, r), append(faults, err)
	}
	return out, errors.Join(faults...)
}

// copied returns the copies that a launch made of files that are gone.
func (l *Library) copied(paths []string) ([]sweeps.ResultFile, error) {
	out, faults := []sweeps.ResultFile{}, []error{}
	for _, path := range paths {
		r, err := l.copyOf(path)
		r.Path = path
		out, faults = append(out, r), append(faults, err)
	}
	return out, errors.Join(faults...)
}

// copyOf returns the copy of a file. Only one with the bytes that its launch started from
// counts: those of another would give other tasks.
func (l *Library) copyOf(path string) (sweeps.ResultFile, error) {
	sha256 := l.copies[path]
	copied := l.catalog.root.Input(sha256)
	if err := inputs.Check(l.ctx, copied, path, sha256); err != nil {
		return sweeps.ResultFile{}, err
	}
	r, err := l.result(copied)
	if err == nil && r.SHA256 != sha256 {
		err = &inputs.DamagedError{Path: copied, Original: path, SHA256: sha256, Err: errors.New("it changes")}
	}
	return r, err
}

// result probes a file: which task it is a result of, and what PERTURB or a training
// could start from. What is hashed is what was probed. A result that has another size than
// its manifest line is not read.
func (l *Library) result(path string) (sweeps.ResultFile, error) {
	sweep, c, err := l.recorded(path)
	if err != nil {
		return sweeps.ResultFile{}, err
	}
	if file, err := os.Stat(path); c != nil && err == nil && file.Size() != c.Line.Bytes {
		return sweeps.ResultFile{}, notAsRecorded(path, sweep, fmt.Sprintf("it has %d bytes, not %d", file.Size(), c.Line.Bytes))
	}
	found, err := l.prober.Probe(l.ctx, path)
	if err != nil {
		return sweeps.ResultFile{}, err
	}
	info := &found.Info
	f := sweeps.ResultFile{Path: path, Experiment: info.Experiment, Seed: info.Seed, Settings: info.Settings, Known: info.HasTask,
		NPerAxis: info.NPerAxis, NStimuli: info.NStimuli, Trained: info.Trained, SHA256: found.SHA256}
	if c == nil {
		return f, nil
	}
	if c.Line.SHA256 != f.SHA256 { // by its own SHA-256 it would give other tasks
		return f, notAsRecorded(path, sweep, fmt.Sprintf("its SHA-256 is %s, not %s", f.SHA256, c.Line.SHA256))
	}
	f.Task, f.Sweep, f.File = c.Line.ID, sweep, c.Line.File
	return f, nil
}

// recorded returns the line of the result that a sweep's manifest gives a path to; nil when none does.
func (l *Library) recorded(path string) (sweep string, c *Entry, err error) {
	sweep, file, ok := l.place(path)
	if !ok {
		return "", nil, nil
	}
	id, _ := l.catalog.Owner(sweep, file)
	c, err = l.catalog.CopyAt(id, sweep, file)
	return sweep, c, err
}

func notAsRecorded(path, sweep, how string) error {
	return fmt.Errorf("%s is not what the manifest of %s says (%s): run or launch %s again, which computes it again, or name another file",
		path, sweep, how, sweep)
}

// ResultFiles returns the paths of the .h5 files in a directory, sorted; none if the directory does not exist.
func ResultFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".h5") {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out, nil
}

// place splits a path into sweep and file name, if it lies in a sweep's directory of
// the root.
func (l *Library) place(path string) (sweep, file string, ok bool) {
	base, err := filepath.EvalSymlinks(l.catalog.root.Path())
	if err != nil {
		return "", "", false
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	rel, err := filepath.Rel(base, path)
	if err != nil {
		return "", "", false
	}
	sweep, file = filepath.Split(rel)
	sweep = filepath.Clean(sweep)
	return sweep, file, l.catalog.Has(sweep)
}
