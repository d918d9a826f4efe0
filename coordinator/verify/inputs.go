package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"eisweep/coordinator/inputs"
	"eisweep/internal/advice"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// inputsName is what the directory of copied inputs is called in a report; no sweep has a dot.
const inputsName = ".eisweep/inputs"

// inputs compares the copies of outside files, from which tasks start, with the SHA-256
// that is their name, and copies anew what is damaged or missing where the outside file
// still is what it was. It returns nil when there are no copies.
func (v *verifier) inputs() (*control.VerifiedSweep, error) {
	dir := v.root.Private("inputs")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list copied inputs: %w", err)
	}
	v.report = control.VerifiedSweep{Name: inputsName}
	known := v.knownCopies()
	for _, e := range entries {
		if sha256, ok := strings.CutSuffix(e.Name(), ".h5"); ok {
			if err := v.input(filepath.Join(dir, e.Name()), sha256, known); err != nil {
				return nil, err
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(known)) {
		to := v.root.Input(known[path])
		if atomicfile.IsGone(to) {
			detail := v.copyAgain(to, known[path], known)
			v.problem(filepath.Base(to), sweeps.ID{}, "missing", "it was the copy of "+path+detail)
		}
	}
	if v.report.Sound+len(v.report.Problems) == 0 {
		return nil, nil
	}
	report := v.report
	return &report, nil
}

// input checks one copy.
func (v *verifier) input(path, sha256 string, known inputs.Copies) error {
	file := filepath.Base(path)
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		v.problem(file, sweeps.ID{}, "altered", "it is not a file but a "+kindOf(info)+": remove it")
		return nil
	}
	found, err := results.Hash(v.ctx, path)
	switch {
	case v.ctx.Err() != nil:
		return v.ctx.Err()
	case errors.Is(err, fs.ErrNotExist): // it was replaced a moment ago
	case err != nil:
		v.problem(file, sweeps.ID{}, "unreadable", err.Error())
	case found.SHA256 != sha256:
		v.problem(file, sweeps.ID{}, "altered", "its SHA-256 is "+found.SHA256+v.copyAgain(path, sha256, known))
	default:
		v.report.Sound++
	}
	return nil
}

// copyAgain makes a copy again, and reports that, or what to do.
func (v *verifier) copyAgain(to, sha256 string, known inputs.Copies) string {
	var from []string
	for _, path := range slices.Sorted(maps.Keys(known)) {
		if known[path] == sha256 {
			from = append(from, path)
		}
	}
	for _, path := range from {
		if h, err := results.Hash(v.ctx, path); err != nil || h.SHA256 != sha256 {
			continue
		}
		if v.repair == nil {
			return "; a verify by a user who may write here copies it again from " + path
		}
		if err := v.repair.CopyInput(v.ctx, v.prober, path, to, sha256); err != nil {
			return fmt.Sprintf("; copying it again from %s failed: %v", path, err)
		}
		return "; it was copied again from " + path
	}
	if len(from) == 0 {
		return "; no launch is known to need it: remove it"
	}
	return fmt.Sprintf("; put the file with SHA-256 %s back as %s, then verify again", sha256, strings.Join(from, " or "))
}

// knownCopies reads which files were copied, and reports a list that can't be read.
func (v *verifier) knownCopies() inputs.Copies {
	known, err := inputs.Read(v.root)
	if err != nil {
		detail := err.Error()
		if remedy := advice.For(err); remedy != "" {
			detail += "; remedy: " + remedy
		}
		v.problem(filepath.Base(inputs.Path(v.root)), sweeps.ID{}, "unreadable", detail)
	}
	return known
}
