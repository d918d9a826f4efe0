package main

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"eisweep/internal/root"
)

// existingRoot opens a root for a command that has nothing to do in a new one.
func existingRoot(path string) (*root.Root, error) {
	r, err := root.OpenExisting(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage("%w", err)
	}
	return r, err
}

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
