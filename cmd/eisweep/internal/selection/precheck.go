package selection

import (
	"context"
	"errors"
	"io/fs"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/catalog"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// CheckBeforeCreate expands the sweeps if the root does not exist yet, so that bad input leaves no directory behind. In an
// existing root, the launch finds the same faults before it changes anything.
func CheckBeforeCreate(ctx context.Context, path string, list []*sweeps.Sweep) error {
	if _, err := root.OpenExisting(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r, err := root.OpenToPlan(path)
	if err != nil {
		return err
	}
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	lib, err := catalog.OpenLibrary(ctx, r, prober, list...)
	if err != nil {
		return err
	}
	var faults []error
	for _, s := range list {
		if _, err := s.Expand(ctx, lib); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}
