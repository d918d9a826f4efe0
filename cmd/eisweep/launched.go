package main

import (
	"context"
	"slices"
	"strings"

	"eisweep/coordinator/catalog"
	"eisweep/internal/root"
)

// haveSweeps refuses names of sweeps that were never launched under the root.
func haveSweeps(r *root.Root, names []string) error {
	launched, err := r.Sweeps()
	if err != nil {
		return err
	}
	for _, name := range names {
		if !slices.Contains(launched, name) {
			return unknownSweep(name, launched)
		}
	}
	return nil
}

func unknownSweep(name string, launched []string) error {
	if len(launched) == 0 {
		return usage("no sweep %q was run under this root, nor any other", name)
	}
	return usage("no sweep %q was run under this root; there are %s", name, strings.Join(launched, ", "))
}

// readSweep reads how a sweep stands by its folder.
func readSweep(ctx context.Context, r *root.Root, name string) (*catalog.SweepStatus, error) {
	prober, err := newProber()
	if err != nil {
		return nil, err
	}
	return catalog.ReadSweep(ctx, r, prober, name)
}
