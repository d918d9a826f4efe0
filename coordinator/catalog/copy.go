package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"eisweep/coordinator/inputs"
	"eisweep/coordinator/records"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// ErrNoResults is wrapped by the error of a directory in which neither a launch nor a manifest has tasks.
var ErrNoResults = errors.New("it has no manifest with results")

// ReadCopy is ReadSweep of a directory that was copied out of its root: where the sweep that its tasks start from is not beside it,
// or its launch is missing, the tasks are those that its manifest has, and ByManifest says why. The directory may have any name.
func ReadCopy(ctx context.Context, r *root.Root, prober Prober, name string) (*SweepStatus, error) {
	x, err := Lazy(r)
	if err != nil {
		return nil, err
	}
	status, err := readLaunch(ctx, x, prober, name)
	if err == nil || ctx.Err() != nil {
		return status, err
	}
	byManifest, manifestErr := x.readByManifest(ctx, name)
	if manifestErr != nil {
		return nil, manifestErr
	}
	byManifest.ByManifest = cmp.Or(MissingSource(r, name, err), err)
	return byManifest, nil
}

// ReadKept is ReadSweep, but also of a sweep whose source is not under the root, as of one that was unpacked alone: its tasks are those
// that its manifest has, and ByManifest says why.
func (x *Catalog) ReadKept(ctx context.Context, prober Prober, name string) (*SweepStatus, error) {
	status, err := readLaunch(ctx, x, prober, name)
	if err == nil || ctx.Err() != nil {
		return status, err
	}
	missing := MissingSource(x.root, name, err)
	if missing == nil {
		return nil, err
	}
	byManifest, manifestErr := x.readByManifest(ctx, name)
	if manifestErr != nil {
		return nil, err
	}
	byManifest.ByManifest = missing
	return byManifest, nil
}

// elsewhereError says that the tasks of a sweep have other ids here than where they were computed.
type elsewhereError struct{ path string }

func (e *elsewhereError) Error() string {
	return fmt.Sprintf("its tasks start from %s and were launched under another root", e.path)
}

// ReadLaunch is ReadSweep, with an error if the sweep was launched under another root and its tasks have other ids here. That happens if
// they start from a path in that root: there it is the result of a task, and here a file with some contents.
func ReadLaunch(ctx context.Context, r *root.Root, prober Prober, name string) (*SweepStatus, error) {
	x, err := Lazy(r)
	if err != nil {
		return nil, err
	}
	return readLaunch(ctx, x, prober, name)
}

func readLaunch(ctx context.Context, x *Catalog, prober Prober, name string) (*SweepStatus, error) {
	status, err := x.ReadSweep(ctx, prober, name)
	if err != nil {
		return nil, err
	}
	isRecorded := func(t TaskStatus) bool { return t.Line != nil }
	if len(status.Tasks) == 0 || slices.ContainsFunc(status.Tasks, isRecorded) {
		return status, nil
	}
	last, err := lastLines(x.root, name)
	if err != nil || len(last) == 0 {
		return status, err
	}
	copies, err := inputs.Read(x.root)
	if err != nil {
		return nil, err
	}
	for _, in := range inputs.Of(&status.Tasks[0].Task) {
		if in.Path != "" && copies[in.Path] == "" { // a launch copies what it starts from
			return nil, &elsewhereError{in.Path}
		}
	}
	return status, nil
}

// MissingSource says why a sweep can only be read by its manifest, after the given error of ReadLaunch: the source of a PERTURB sweep is
// a sweep that is not under the root, or a path, which another machine need not have; or it was launched under another root. Nil for
// other errors.
func MissingSource(r *root.Root, name string, err error) error {
	var elsewhere *elsewhereError
	if errors.As(err, &elsewhere) {
		return elsewhere
	}
	s, err := records.Launched(r, name)
	if err != nil || s.SourceName() == "" {
		return nil
	}
	if s.SourceIsPath() {
		return fmt.Errorf("its source is the path %s", s.SourceName())
	}
	if _, err := records.Launched(r, s.SourceName()); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("its source, the sweep %s, is not in %s", s.SourceName(), r.Path())
	}
	return nil
}

// readByManifest reads the status of a sweep from its manifest and its directory alone.
func (x *Catalog) readByManifest(ctx context.Context, name string) (*SweepStatus, error) {
	last, err := lastLines(x.root, name)
	if err != nil {
		return nil, err
	}
	if len(last) == 0 {
		return nil, fmt.Errorf("%s: %w", x.root.SweepDir(name), ErrNoResults)
	}
	lines := inOrder(last)
	s, err := records.Launched(x.root, name)
	if errors.Is(err, fs.ErrNotExist) {
		s, err = sweeps.Parse(name+".toml", fmt.Appendf(nil, "name = %q\nexperiment = %q\n", name, lines[0].Experiment))
	}
	if err != nil {
		return nil, err
	}
	return x.statusOf(ctx, name, s, recordedTasks(lines), last)
}

// inOrder sorts lines by seed, then by the names of files.
func inOrder(last map[sweeps.ID]*manifest.Line) []*manifest.Line {
	var lines []*manifest.Line
	for _, l := range last {
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(a, b *manifest.Line) int {
		if a.Seed != b.Seed {
			return int(int64(a.Seed) - int64(b.Seed))
		}
		return strings.Compare(a.File+a.ID.String(), b.File+b.ID.String())
	})
	return lines
}

// recordedTasks makes tasks of lines, as far as these describe them: without parameters but those that vary. Superseded ones are
// left out.
func recordedTasks(lines []*manifest.Line) iter.Seq[sweeps.Task] {
	return func(yield func(sweeps.Task) bool) {
		for _, l := range lines {
			t := sweeps.Task{ID: l.ID, Experiment: l.Experiment, Seed: l.Seed, Varying: l.Parameters, File: l.File, Replaces: l.Replaces}
			if l.State != manifest.Superseded && !yield(t) {
				return
			}
		}
	}
}
