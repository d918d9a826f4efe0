package selection

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/records"
	"eisweep/coordinator/removal"
	"eisweep/internal/root"
)

// RequireLaunched returns an error for names of sweeps that were never launched under the root, and for sweeps whose directory
// is gone.
func RequireLaunched(r *root.Root, names []string) error {
	launched, err := r.Sweeps()
	if err != nil {
		return err
	}
	for _, name := range names {
		if !slices.Contains(launched, name) {
			return MissingSweep(r, name, launched)
		}
	}
	return nil
}

// MissingSweep is the error for a name that is not among the launched sweeps: its directory is gone, or it never existed.
func MissingSweep(r *root.Root, name string, launched []string) error {
	open, finished, err := GoneSweeps(r)
	if err != nil {
		return err
	}
	if slices.Contains(open, name) || slices.Contains(finished, name) {
		gone := GoneSweep(r, name)
		return cli.WithCode(cli.ExitStorage, fmt.Errorf("%w\nremedy: %s", gone, gone.Remedy()))
	}
	unknown := removal.Missing(r, name, launched)
	if _, err := os.Stat(filepath.Join(name, "manifest.jsonl")); err == nil && !strings.Contains(name, "/") {
		return cli.Usagef("%w; for the directory of that name write ./%s", unknown, name)
	}
	return unknown
}

// GoneSweeps returns the launched sweeps whose directories are gone. Without permission to read the records it returns none;
// the coordinator then reports them.
func GoneSweeps(r *root.Root) (open, finished []string, err error) {
	if open, finished, err = records.Gone(r); errors.Is(err, fs.ErrPermission) {
		return nil, nil, nil
	}
	return open, finished, err
}

// GoneSweep is the error of a sweep whose directory is gone.
func GoneSweep(r *root.Root, name string) *records.GoneError {
	return &records.GoneError{Sweep: name, Path: r.SweepDir(name)}
}

// ReadSweep reads the state of a sweep from its directory. A note says if it has to do without the latest launch.
func ReadSweep(ctx context.Context, e *cli.Env, r *root.Root, name string) (*catalog.SweepStatus, error) {
	prober, err := cli.NewProber()
	if err != nil {
		return nil, err
	}
	x, err := catalog.Lazy(r)
	if err != nil {
		return nil, err
	}
	status, err := x.ReadKept(ctx, prober, name)
	if err == nil && status.ByManifest != nil {
		NoteByManifest(e, r.SweepDir(name), status.ByManifest)
	}
	return status, err
}
