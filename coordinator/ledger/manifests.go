package ledger

import (
	"errors"
	"fmt"
	"log/slog"

	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
)

// manifests are the manifests of a root that are open for writing, by sweep.
type manifests struct {
	root *root.Root
	log  *slog.Logger
	open map[string]*manifest.Writer
}

// writer returns the sweep's manifest. It opens the manifest again if another program changed, moved or removed
// it.
func (m *manifests) writer(sweep string) (*manifest.Writer, error) {
	if w := m.open[sweep]; w != nil && w.InPlace() {
		return w, nil
	} else if w != nil {
		m.log.Warn("another program has changed, moved or removed a sweep's manifest, which is opened again", "sweep", sweep)
		if err := m.close(sweep); err != nil {
			return nil, err
		}
	}
	if dir := m.root.SweepDir(sweep); atomicfile.IsGone(dir) {
		if err := atomicfile.Mkdir(dir, 0o755); err != nil {
			return nil, err
		}
	}
	w, err := manifest.Open(m.root.Manifest(sweep))
	if err == nil {
		m.open[sweep] = w
	}
	return w, err
}

// close closes a sweep's manifest, if it is open.
func (m *manifests) close(sweep string) error {
	w := m.open[sweep]
	if w == nil {
		return nil
	}
	delete(m.open, sweep)
	return w.Close()
}

// closeAll closes them all.
func (m *manifests) closeAll() error {
	var errs []error
	for sweep := range m.open {
		if err := m.close(sweep); err != nil {
			errs = append(errs, fmt.Errorf("close manifest of %s: %w", sweep, err))
		}
	}
	return errors.Join(errs...)
}
