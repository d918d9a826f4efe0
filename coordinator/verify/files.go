package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// checkedAtOnce is how many files one child of the prober reads: to start it takes longer than to read a small
// file.
const checkedAtOnce = 32

// check checks results that the manifest has.
func (v *verifier) check(files []string, lines map[string]*manifest.Line) {
	var list []results.ExpectedFile
	for _, file := range files {
		path := filepath.Join(v.root.SweepDir(v.report.Name), file)
		list = append(list, results.ExpectedFile{Path: path, Identity: catalog.IdentityOf(lines[file])})
	}
	for i, checked := range v.prober.Check(v.ctx, list) {
		v.recorded(files[i], lines[files[i]], &checked)
	}
}

// recorded says what became of a result that the manifest has.
func (v *verifier) recorded(file string, line *manifest.Line, checked *results.CheckResult) {
	path := filepath.Join(v.root.SweepDir(v.report.Name), file)
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		v.unsound(line, "altered", "it is not a file but a "+kindOf(info))
		return
	}
	found, size := &checked.Contents, (*results.SizeError)(nil)
	switch err := checked.Err; {
	case v.ctx.Err() != nil:
		return // the sweep ends with that
	case errors.Is(err, fs.ErrNotExist) && !v.isWanted(file):
		v.report.Gone++
	case errors.Is(err, fs.ErrNotExist):
		v.unsound(line, "missing", "the manifest has it, the directory does not")
	case errors.As(err, &size) && size.Bytes < size.Want:
		v.unsound(line, "truncated", fmt.Sprintf("%d bytes of %d", size.Bytes, size.Want))
	case errors.As(err, &size):
		v.unsound(line, "altered", fmt.Sprintf("it has %d bytes, the manifest has %d", size.Bytes, size.Want))
	case err != nil:
		v.unsound(line, "unreadable", err.Error())
	case found.SHA256 != line.SHA256:
		v.remember(line, found)
		v.unsound(line, "altered", "its SHA-256 is not the manifest's")
	default:
		v.remember(line, found)
		v.contents(found, line)
	}
}

// remember passes the outcome on to launches.
func (v *verifier) remember(line *manifest.Line, found *results.Contents) {
	if v.repair != nil {
		v.catalog.RecordHash(v.report.Name, line, &found.FileHash)
	}
}

// unrecorded makes a line for a result that has none, or reports the file.
func (v *verifier) unrecorded(path string) *manifest.Line {
	found, err := v.prober.Digest(v.ctx, path)
	file := filepath.Base(path)
	if err != nil {
		v.problem(file, sweeps.ID{}, "unreadable", err.Error()+v.unwanted(file))
		return nil
	}
	if !found.Info.HasTask {
		v.problem(file, sweeps.ID{}, "unknown", "it is no result of a task of ours")
		return nil
	}
	line := catalog.RebuildLine(v.report.Name, file, &found)
	line.Run = v.catalog.LastRun(line.ID) + 1 // a line is missing
	return &line
}

// unsound reports a result of the manifest's, and whether a launch computes it again: by
// the same look that a launch takes.
func (v *verifier) unsound(line *manifest.Line, kind, detail string) {
	is, err := v.catalog.Check(v.ctx, v.report.Name, line)
	again := v.isWanted(line.File) && err == nil && is != catalog.Intact
	switch {
	case again:
	case !v.isWanted(line.File):
		detail += notWanted
	case v.repair == nil && kind == "altered":
		detail += "; remove it: a launch would consider it sound"
	default:
		detail += "; make it readable, or remove it: the next launch then computes it again"
	}
	v.report.Problems = append(v.report.Problems, control.Problem{File: line.File, ID: line.ID, Kind: kind, Detail: detail, Again: again})
}

const notWanted = "; the latest launch does not want it: remove it"

// unwanted says what to do about a file that no launch computes again.
func (v *verifier) unwanted(file string) string {
	if v.isWanted(file) {
		return ""
	}
	return notWanted
}

// problem reports a file that no launch computes again.
func (v *verifier) problem(file string, id sweeps.ID, kind, detail string) {
	v.report.Problems = append(v.report.Problems, control.Problem{File: file, ID: id, Kind: kind, Detail: detail})
}
