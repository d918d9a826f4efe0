package coordinator

import (
	"errors"
	"fmt"
	"log/slog"

	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
)

// openManifests are the manifests of a root that are open for writing, by sweep.
type openManifests struct {
	root *root.Root
	log  *slog.Logger
	open map[string]*manifest.Writer
}

// writer returns the sweep's manifest. It opens the manifest again if another program changed, moved or removed
// it.
func (o *openManifests) writer(sweep string) (*manifest.Writer, error) {
	if w := o.open[sweep]; w != nil && w.InPlace() {
		return w, nil
	} else if w != nil {
		o.log.Warn("another program has changed, moved or removed a sweep's manifest, which is opened again", "sweep", sweep)
		if err := o.close(sweep); err != nil {
			return nil, err
		}
	}
	if dir := o.root.SweepDir(sweep); atomicfile.IsGone(dir) {
		if err := atomicfile.Mkdir(dir, 0o755); err != nil {
			return nil, err
		}
	}
	w, err := manifest.Open(o.root.Manifest(sweep))
	if err == nil {
		o.open[sweep] = w
	}
	return w, err
}

// close closes a sweep's manifest, if it is open.
func (o *openManifests) close(sweep string) error {
	w := o.open[sweep]
	if w == nil {
		return nil
	}
	delete(o.open, sweep)
	return w.Close()
}

// closeAll closes them all.
func (o *openManifests) closeAll() error {
	var errs []error
	for sweep := range o.open {
		if err := o.close(sweep); err != nil {
			errs = append(errs, fmt.Errorf("close manifest of %s: %w", sweep, err))
		}
	}
	return errors.Join(errs...)
}
