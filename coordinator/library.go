package coordinator

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
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// library answers an expansion from a root's folder.
type library struct {
	ctx    context.Context
	root   *root.Root
	index  *index
	prober Prober
	extra  map[string]*sweeps.Sweep
	copies inputs.Copies // stand in for outside files that are gone; none for a new launch
}

// NewLibrary returns what sweeps may refer to under a root: the sweeps being
// launched (extra), those launched before, and result files.
func NewLibrary(ctx context.Context, r *root.Root, prober Prober, extra ...*sweeps.Sweep) (sweeps.Library, error) {
	x, err := readIndex(r)
	if err != nil {
		return nil, err
	}
	return newLibrary(ctx, r, x, prober, extra), nil
}

func newLibrary(ctx context.Context, r *root.Root, x *index, prober Prober, extra []*sweeps.Sweep) *library {
	l := &library{ctx: ctx, root: r, index: x, prober: prober, extra: map[string]*sweeps.Sweep{}}
	for _, s := range extra {
		l.extra[s.Name()] = s
	}
	return l
}

// Sweep returns the sweep of that name: of this launch, else its latest one.
func (l *library) Sweep(name string) (*sweeps.Sweep, error) {
	if s := l.extra[name]; s != nil {
		return s, nil
	}
	s, err := records.Launched(l.root, name)
	if l.index.has(name) || !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	names, _ := l.root.Sweeps()
	if len(names) == 0 {
		return nil, fmt.Errorf("sweep %q was never launched under %s: run it first, or together with this one (%w)", name, l.root.Path(), fs.ErrNotExist)
	}
	return nil, fmt.Errorf("sweep %q was never launched under %s: run it first, or together with this one; there are %s (%w)",
		name, l.root.Path(), strings.Join(names, ", "), fs.ErrNotExist)
}

// Results returns the result file, or those of the folder, at path.
func (l *library) Results(path string) ([]sweeps.ResultFile, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("name result file: %w", err)
	}
	if known := l.copies.Within(path); len(known) > 0 && isGone(path) {
		return l.copied(known)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open source: %w", err)
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = resultsIn(path); err != nil {
			return nil, fmt.Errorf("list source: %w", err)
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("folder %s holds no .h5 files", path)
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

// copied answers for files that are gone by the copies that a launch made of them.
func (l *library) copied(paths []string) ([]sweeps.ResultFile, error) {
	out, faults := []sweeps.ResultFile{}, []error{}
	for _, path := range paths {
		r, err := l.copyOf(path)
		r.Path = path
		out, faults = append(out, r), append(faults, err)
	}
	return out, errors.Join(faults...)
}

// copyOf answers by the copy of a file. Only one with the bytes that its launch started from
// counts: those of another would give other tasks.
func (l *library) copyOf(path string) (sweeps.ResultFile, error) {
	sha256 := l.copies[path]
	copied := l.root.Input(sha256)
	if err := inputs.Check(l.ctx, copied, path, sha256); err != nil {
		return sweeps.ResultFile{}, err
	}
	r, err := l.result(copied)
	if err == nil && r.SHA256 != sha256 {
		err = &inputs.DamagedError{Path: copied, Original: path, SHA256: sha256, Err: errors.New("it changes")}
	}
	return r, err
}

// result finds out what a file is: whose result, and what PERTURB or a training
// could start from. What is hashed is what was probed. A result that has another size than
// its manifest line is not read.
func (l *library) result(path string) (sweeps.ResultFile, error) {
	sweep, c, err := l.recorded(path)
	if err != nil {
		return sweeps.ResultFile{}, err
	}
	if file, err := os.Stat(path); c != nil && err == nil && file.Size() != c.line.Bytes {
		return sweeps.ResultFile{}, notAsRecorded(path, sweep, fmt.Sprintf("it has %d bytes, not %d", file.Size(), c.line.Bytes))
	}
	found, err := l.prober.Probe(l.ctx, path)
	if err != nil {
		return sweeps.ResultFile{}, err
	}
	info := &found.Info
	f := sweeps.ResultFile{Path: path, Experiment: info.Experiment, Seed: info.Seed, Settings: info.Settings, Told: info.Told,
		NPerAxis: info.NPerAxis, NStimuli: info.NStimuli, Trained: info.Trained, SHA256: found.SHA256}
	if c == nil {
		return f, nil
	}
	if c.line.SHA256 != f.SHA256 { // by its own SHA-256 it would give other tasks
		return f, notAsRecorded(path, sweep, fmt.Sprintf("its SHA-256 is %s, not %s", f.SHA256, c.line.SHA256))
	}
	f.Task, f.Sweep, f.File = c.line.ID, sweep, c.line.File
	return f, nil
}

// recorded returns the line of the result that a sweep's manifest gives a path to; nil when none does.
func (l *library) recorded(path string) (sweep string, c *located, err error) {
	sweep, file, ok := l.place(path)
	if !ok {
		return "", nil, nil
	}
	id, _ := l.index.ownerOf(sweep, file)
	c, err = l.index.copyAt(id, sweep, file)
	return sweep, c, err
}

func notAsRecorded(path, sweep, how string) error {
	return fmt.Errorf("%s is not what the manifest of %s says (%s): run or launch %s again, which computes it again, or name another file",
		path, sweep, how, sweep)
}

// resultsIn returns the paths of the .h5 files in a folder, sorted; none if it isn't there.
func resultsIn(dir string) ([]string, error) {
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

// place splits a path into sweep and file name, if it lies in a sweep's folder of
// the root.
func (l *library) place(path string) (sweep, file string, ok bool) {
	base, err := filepath.EvalSymlinks(l.root.Path())
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
	return sweep, file, l.index.has(sweep)
}
