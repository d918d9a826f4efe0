package catalog

import (
	"errors"
	"fmt"
	"maps"

	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// RefreshSweep reads what was appended to one sweep's manifest. The error says why it cannot be read.
func (x *Catalog) RefreshSweep(name string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.read(name)
}

func (x *Catalog) read(name string) error {
	delete(x.unread, name)
	err := x.readOn(name)
	delete(x.faults, name)
	if err != nil {
		x.faults[name] = fmt.Errorf("read manifest of %s: %w", name, err)
	}
	return x.faults[name]
}

// readOn reads a manifest from where it was read to.
func (x *Catalog) readOn(name string) error {
	path := x.root.Manifest(name)
	m := x.manifests[name]
	if m != nil {
		grown, err := m.isPrefixOf(path)
		if err != nil {
			return err
		}
		if !grown {
			x.drop(name)
			m = nil
		}
	}
	if m == nil {
		m = newManifestIndex(name)
		x.tasks.admit(m)
		x.manifests[name] = m
	}
	var damage error
	for b, err := range manifest.ReadBriefs(path, m.size) {
		if damage = err; err == nil {
			x.add(m, &b)
		}
	}
	if err := m.remember(path); err != nil {
		return err
	}
	if errors.Is(damage, manifest.ErrDamaged) {
		return damageOf(path, damage)
	}
	return damage
}

// damageOf is the damage of a manifest with the line's number counted from its beginning.
func damageOf(path string, damage error) error {
	for _, err := range manifest.Read(path) {
		if err != nil {
			return err
		}
	}
	return damage
}

// Faults returns why manifests could not be read, by sweep.
func (x *Catalog) Faults() map[string]error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return maps.Clone(x.faults)
}

// Fault returns why the manifest of a sweep could not be read; nil if it could, or there
// is none.
func (x *Catalog) Fault(sweep string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.load(sweep)
	return x.faults[sweep]
}

// CheckReadable returns why the manifests of sweeps, or of the sweeps whose networks they need, could
// not be read: which tasks are done is unknown then.
func (x *Catalog) CheckReadable(list []*sweeps.Sweep) error {
	var errs []error
	for _, s := range list {
		errs = append(errs, x.Fault(s.Name()))
		if s.SourceName() != "" && !s.SourceIsPath() {
			errs = append(errs, x.Fault(s.SourceName()))
		}
	}
	return errors.Join(errs...)
}
