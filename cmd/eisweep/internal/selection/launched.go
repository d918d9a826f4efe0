package selection

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/records"
	"eisweep/internal/root"
)

// RequireLaunched refuses names of sweeps that were never launched under the root, and those whose folder is gone.
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

// MissingSweep is the error of a name that is none of the launched sweeps: its folder is gone, or there never was one.
func MissingSweep(r *root.Root, name string, launched []string) error {
	open, finished, err := GoneSweeps(r)
	if err != nil {
		return err
	}
	if slices.Contains(open, name) || slices.Contains(finished, name) {
		gone := GoneSweep(r, name)
		return cli.WithCode(cli.ExitStorage, fmt.Errorf("%w\nremedy: %s", gone, gone.Remedy()))
	}
	return unknownSweep(name, launched)
}

// GoneSweeps are those that a coordinator launched, and that have no folder any more. Who may not look at records learns
// it from the coordinator.
func GoneSweeps(r *root.Root) (open, finished []string, err error) {
	if open, finished, err = records.Gone(r); errors.Is(err, fs.ErrPermission) {
		return nil, nil, nil
	}
	return open, finished, err
}

func GoneSweep(r *root.Root, name string) *records.GoneError {
	return &records.GoneError{Sweep: name, Path: r.SweepDir(name)}
}

func unknownSweep(name string, launched []string) error {
	if len(launched) == 0 {
		return cli.Usagef("unknown sweep %q: this root has no sweeps yet", name)
	}
	return cli.Usagef("unknown sweep %q: this root has %s", name, strings.Join(launched, ", "))
}

// ReadSweep reads how a sweep stands by its folder.
func ReadSweep(ctx context.Context, r *root.Root, name string) (*catalog.SweepStatus, error) {
	prober, err := cli.NewProber()
	if err != nil {
		return nil, err
	}
	return catalog.ReadSweep(ctx, r, prober, name)
}
