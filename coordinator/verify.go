package coordinator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"eisweep/internal/control"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Verify holds every result of the sweeps (all, if none is named) against its
// manifest line, byte for byte and by its digest, and writes lines for results that have none. It
// removes and moves no result: the next launch executes what is missing or altered and
// wanted, as it takes what Verify found for its own. What is missing and not wanted by
// the latest launch is no problem: somebody removed it. A manifest that cannot be read is kept
// under another name, and made anew from its lines that can.
// Copies of outside files, from which tasks start, are compared with their SHA-256, and made
// anew where the outside file still is what it was.
// The caller holds the root's lock.
func Verify(ctx context.Context, r *root.Root, prober Prober, names []string) (control.Verified, error) {
	v := verifier{ctx: ctx, root: r, index: newWritingIndex(r), prober: prober, mend: results.MendManifest, copyInput: copyInput, write: func(sweep string, lines []results.Line) (int, error) {
		m, err := results.OpenManifest(r.Manifest(sweep))
		if err != nil {
			return 0, err
		}
		return len(lines), errors.Join(m.Append(lines...), m.Close())
	}}
	return v.sweeps(names)
}

// Inspect is Verify where nothing may be written: what that would mend is a problem, a
// manifest that cannot be read an error. The caller holds no lock.
func Inspect(ctx context.Context, r *root.Root, prober Prober, names []string) (control.Verified, error) {
	v := verifier{ctx: ctx, root: r, index: newIndex(r), prober: prober, reads: true}
	return v.sweeps(names)
}

type verifier struct {
	ctx    context.Context
	root   *root.Root
	index  *index
	prober Prober
	reads  bool // and neither mends nor writes
	// mend mends a manifest that cannot be read, as results.MendManifest does.
	mend func(path string) (kept string, damage, err error)
	// write adds lines to a manifest, but those that it has by now, and says how many.
	write func(sweep string, lines []results.Line) (int, error)
	// copyInput copies an outside file to where workers find it, as copyInput does.
	copyInput func(ctx context.Context, p Prober, from, to, sha256 string) error
	// Of the present sweep:
	report control.VerifiedSweep
	wants  func(file string) bool // whether its latest launch wants a file of that name
	last   map[sweeps.ID]*results.Line
	mended []results.Line // to be written anew
}

func (v *verifier) sweeps(names []string) (control.Verified, error) {
	mended, err := v.mendManifests(names)
	if err != nil {
		return control.Verified{}, err
	}
	if err := v.index.refresh(); err != nil {
		return control.Verified{}, err
	}
	if len(names) == 0 {
		if names, err = v.root.Sweeps(); err != nil {
			return control.Verified{}, fmt.Errorf("list sweeps: %w", err)
		}
	}
	for name := range mended {
		if !slices.Contains(names, name) {
			names = append(slices.Clip(names), name)
		}
	}
	var out control.Verified
	if out.Inputs, err = v.inputs(); err != nil {
		return out, fmt.Errorf("verify copied inputs: %w", err)
	}
	for _, name := range names {
		if err := v.ctx.Err(); err != nil {
			return out, err
		}
		if !v.index.has(name) && v.index.readable(name) == nil {
			return out, fmt.Errorf("there is no sweep %q under %s", name, v.root.Path())
		}
		v.report, v.wants = control.VerifiedSweep{Name: name, Problems: mended[name]}, wantedFiles(v.ctx, v.root, v.index, v.prober, name)
		if err := v.sweep(); err != nil {
			if v.ctx.Err() != nil || !isStorage(err) {
				return out, fmt.Errorf("verify %s: %w", name, err)
			}
			v.unreadable(err)
		}
		out.Sweeps = append(out.Sweeps, v.report)
	}
	return out, nil
}

// unreadable reports that the rest of a sweep cannot be verified.
func (v *verifier) unreadable(err error) {
	if slices.ContainsFunc(v.report.Problems, func(p control.Problem) bool { return strings.HasPrefix(p.Detail, err.Error()) }) {
		return // said of the manifest already
	}
	v.problem(v.root.SweepDir(v.report.Name), sweeps.ID{}, "unreadable", err.Error()+"; remedy: "+remedy(err))
}

func (v *verifier) sweep() error {
	v.mended = nil
	v.launchFile()
	recorded, err := v.results()
	if err != nil {
		return err
	}
	if err := v.doubts(); err != nil {
		return err
	}
	for files := range slices.Chunk(slices.Sorted(maps.Keys(recorded)), checkedAtOnce) {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		v.check(files, recorded)
	}
	files, err := resultsIn(v.root.SweepDir(v.report.Name))
	if err != nil {
		return err
	}
	if err := v.claims(); err != nil {
		return err
	}
	var found []results.Line
	for _, path := range files {
		if _, ok := recorded[filepath.Base(path)]; ok {
			continue
		}
		if err := v.ctx.Err(); err != nil {
			return err
		}
		if line := v.unrecorded(path); line != nil {
			found = append(found, *line)
		}
	}
	if err := v.ctx.Err(); err != nil {
		return err
	}
	if len(v.mended) > 0 {
		if _, err := v.write(v.report.Name, v.mended); err != nil {
			return err
		}
	}
	return v.rebuild(found)
}

// rebuild writes lines of results that had none. One that was placed while the files
// were read has its line by now.
func (v *verifier) rebuild(lines []results.Line) error {
	if v.reads {
		for i := range lines {
			v.problem(lines[i].File, lines[i].ID, "unrecorded", "the folder has it, the manifest hasn't")
		}
		return nil
	}
	if len(lines) == 0 {
		return nil
	}
	n, err := v.write(v.report.Name, lines)
	v.report.Rebuilt, v.report.Sound = n, v.report.Sound+len(lines)-n
	return err
}

// results returns the lines of the results that the manifest has, by their files.
func (v *verifier) results() (map[string]*results.Line, error) {
	out := map[string]*results.Line{}
	v.last = map[sweeps.ID]*results.Line{}
	for line, err := range results.ReadManifest(v.root.Manifest(v.report.Name)) {
		if err := cmp.Or(err, v.ctx.Err()); err != nil {
			return nil, err
		}
		v.last[line.ID] = &line
		if line.State != results.Failed {
			out[line.File] = &line
		}
	}
	return out, nil
}

// checkedAtOnce is how many files one child of the prober reads: to start it takes longer than to read a small
// file.
const checkedAtOnce = 32

// check checks results that the manifest has.
func (v *verifier) check(files []string, lines map[string]*results.Line) {
	var list []results.Vouched
	for _, file := range files {
		list = append(list, results.Vouched{Path: filepath.Join(v.root.SweepDir(v.report.Name), file), SHA256: lines[file].SHA256})
	}
	for i, checked := range v.prober.Check(v.ctx, list) {
		v.recorded(files[i], lines[files[i]], &checked)
	}
}

// recorded says what became of a result that the manifest has.
func (v *verifier) recorded(file string, line *results.Line, checked *results.Checked) {
	path := filepath.Join(v.root.SweepDir(v.report.Name), file)
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		v.unsound(line, "altered", "it is not a file but a "+kindOf(info))
		return
	}
	found := &checked.Found
	switch err := checked.Err; {
	case v.ctx.Err() != nil:
		return // the sweep ends with that
	case errors.Is(err, fs.ErrNotExist) && !v.wants(file):
		v.report.Gone++
	case errors.Is(err, fs.ErrNotExist):
		v.unsound(line, "missing", "the manifest has it, the folder hasn't")
	case err != nil:
		v.unsound(line, "unreadable", err.Error())
	case found.Bytes < line.Bytes && found.SHA256 != line.SHA256:
		v.unsound(line, "truncated", fmt.Sprintf("%d bytes of %d", found.Bytes, line.Bytes))
	case found.SHA256 != line.SHA256:
		v.remember(line, found)
		v.unsound(line, "altered", "its SHA-256 is not the manifest's")
	default:
		v.remember(line, found)
		v.contents(found, line)
	}
}

// remember has launches know what came out here.
func (v *verifier) remember(line *results.Line, found *results.Found) {
	if !v.reads {
		v.index.hashed(claimOf(v.report.Name, line), &found.Hashed, line.SHA256)
	}
}

// unrecorded makes a line for a result that has none, or reports the file.
func (v *verifier) unrecorded(path string) *results.Line {
	found, err := v.prober.Digest(v.ctx, path)
	file := filepath.Base(path)
	if err != nil {
		v.problem(file, sweeps.ID{}, "unreadable", err.Error()+v.unwanted(file))
		return nil
	}
	if !found.Info.Told {
		v.problem(file, sweeps.ID{}, "unknown", "it is no result of a task of ours")
		return nil
	}
	line := rebuildLine(v.report.Name, file, &found)
	line.Run = v.index.run(line.ID) + 1 // a line is missing
	return &line
}

// unsound reports a result of the manifest's, and whether a launch computes it again: by
// the same look that a launch takes.
func (v *verifier) unsound(line *results.Line, kind, detail string) {
	is, err := v.index.intact(v.ctx, claimOf(v.report.Name, line))
	again := v.wants(line.File) && err == nil && is != sound
	switch {
	case again:
	case !v.wants(line.File):
		detail += notWanted
	case v.reads && kind == "altered":
		detail += "; remove it: a launch would consider it sound"
	default:
		detail += "; make it readable, or remove it: the next launch then computes it again"
	}
	v.report.Problems = append(v.report.Problems, control.Problem{File: line.File, ID: line.ID, Kind: kind, Detail: detail, Again: again})
}

const notWanted = "; the latest launch does not want it: remove it"

// unwanted tells what to do about a file that no launch mends.
func (v *verifier) unwanted(file string) string {
	if v.wants(file) {
		return ""
	}
	return notWanted
}

// problem reports a file that no launch mends.
func (v *verifier) problem(file string, id sweeps.ID, kind, detail string) {
	v.report.Problems = append(v.report.Problems, control.Problem{File: file, ID: id, Kind: kind, Detail: detail})
}
