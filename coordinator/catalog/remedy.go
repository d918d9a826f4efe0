package catalog

import (
	"cmp"
	"errors"

	"eisweep/coordinator/records"
	"eisweep/internal/advice"
	"eisweep/internal/manifest"
)

// Remedy returns advice about an error that keeps a sweep's files from being read or written.
func Remedy(err error) string {
	if errors.Is(err, manifest.ErrDamaged) {
		return "run `eisweep verify`, which keeps the damaged manifest and writes a new one from its readable lines"
	}
	var other *records.AlteredError
	if errors.As(err, &other) {
		return other.Remedy()
	}
	var gone *records.GoneError
	if errors.As(err, &gone) {
		return gone.Remedy()
	}
	return cmp.Or(advice.For(err), "repair the file or directory, which the coordinator tries again, or launch the sweep again")
}
