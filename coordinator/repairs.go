package coordinator

import (
	"context"
	"path/filepath"
	"reflect"

	"eisweep/coordinator/inputs"
	"eisweep/coordinator/verify"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
)

// Verify verifies sweeps while this coordinator writes the manifests.
func (c *Coordinator) Verify(ctx context.Context, names []string) (control.Verified, error) {
	return verify.Sweeps(ctx, c.catalog, c.config.Prober, repairs{c}, names)
}

// repairs repairs what a verify finds while the coordinator runs.
type repairs struct{ *Coordinator }

// CopyInput copies an outside file while no launch does.
func (r repairs) CopyInput(ctx context.Context, p inputs.Prober, from, to, sha256 string) error {
	if err := r.authorizeWrite(); err != nil {
		return err
	}
	r.launcher.Lock()
	defer r.launcher.Unlock()
	return inputs.Copy(ctx, p, from, to, sha256)
}

// RepairManifest repairs a manifest that cannot be read, while nobody else uses it. A manifest that can be read
// is only read, which may take a while.
func (r repairs) RepairManifest(path string) (kept string, damage, err error) {
	for _, err := range manifest.Read(path) {
		damage = err
	}
	if damage == nil {
		return "", nil, nil
	}
	if err := r.authorizeWrite(); err != nil {
		return "", nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.ledger.Close(filepath.Base(filepath.Dir(path))); err != nil {
		return "", nil, err
	}
	return manifest.Repair(path)
}

// AddLines adds lines of results that were found without a line, or with another value of a field, unless they
// have been recorded meanwhile, and returns how many.
func (r repairs) AddLines(sweep string, lines []manifest.Line) (written int, _ error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flush()
	for _, l := range lines {
		owner, ok := r.catalog.Owner(sweep, l.File)
		was, err := r.catalog.CopyAt(owner, sweep, l.File)
		if err != nil {
			return written, err
		}
		if !ok || was != nil && owner == l.ID && was.Line.SHA256 == l.SHA256 && !reflect.DeepEqual(was.Line, l) {
			r.ledger.Add(sweep, l)
			written++
		}
	}
	r.flush()
	return written, r.failure
}
