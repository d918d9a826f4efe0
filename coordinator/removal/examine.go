package removal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// Examine finds out what a sweep's removal would do. The error is a *control.Refusal if there is no such sweep.
func Examine(r *root.Root, name string) (control.RemovedSweep, error) {
	out := control.RemovedSweep{Name: name, Dependents: []control.Dependent{}}
	names, err := r.Sweeps()
	if err != nil {
		return out, err
	}
	if !slices.Contains(names, name) {
		return out, Missing(r, name, names)
	}
	if info, err := os.Lstat(r.SweepDir(name)); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return out, &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("%s is a symbolic link, which remove, archive and rename do not "+
			"follow: move the directory that it leads to there", r.SweepDir(name))}
	}
	if out.Status, err = status(r, name); err != nil {
		return out, err
	}
	if err := count(r.SweepDir(name), &out); err != nil {
		return out, fmt.Errorf("examine sweep %s: %w", name, err)
	}
	for _, other := range names {
		if other == name {
			continue
		}
		d := control.Dependent{Name: other}
		s, err := records.Launched(r, other)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // it has results alone
		case err != nil:
			d.Error = err.Error()
		case s.SourceIsPath() || s.SourceName() != name:
			continue
		}
		d.Status, _ = status(r, other)
		out.Dependents = append(out.Dependents, d)
	}
	return out, nil
}

// status is the recorded status of a sweep; "" if no coordinator has launched it.
func status(r *root.Root, name string) (control.Status, error) {
	record, err := records.Read(r, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return record.Status, nil
}

// count counts a sweep's files.
func count(dir string, out *control.RemovedSweep) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		out.Bytes += info.Size()
		if strings.HasSuffix(path, ".h5") {
			out.Results++
			if is, ok := info.Sys().(*syscall.Stat_t); ok && is.Nlink > 1 {
				out.Shared++
			}
		}
		return nil
	})
}
