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
func (k *Coordinator) Verify(ctx context.Context, names []string) (control.Verified, error) {
	return verify.Sweeps(ctx, k.catalog, k.config.Prober, repairs{k}, names)
}

// repairs repairs what a verify finds while the coordinator runs.
type repairs struct{ *Coordinator }

// CopyInput copies an outside file while no launch does.
func (k repairs) CopyInput(ctx context.Context, p inputs.Prober, from, to, sha256 string) error {
	if err := k.authorizeWrite(); err != nil {
		return err
	}
	k.launcher.Lock()
	defer k.launcher.Unlock()
	return inputs.Copy(ctx, p, from, to, sha256)
}

// RepairManifest repairs a manifest that cannot be read, while nobody else uses it. A manifest that can be read
// is only read, which may take a while.
func (k repairs) RepairManifest(path string) (kept string, damage, err error) {
	for _, err := range manifest.Read(path) {
		damage = err
	}
	if damage == nil {
		return "", nil, nil
	}
	if err := k.authorizeWrite(); err != nil {
		return "", nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.ledger.Close(filepath.Base(filepath.Dir(path))); err != nil {
		return "", nil, err
	}
	return manifest.Repair(path)
}

// AddLines adds lines of results that were found without a line, or with another value of a field, unless they
// have been recorded meanwhile, and returns how many.
func (k repairs) AddLines(sweep string, lines []manifest.Line) (written int, _ error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.flush()
	for _, l := range lines {
		owner, ok := k.catalog.Owner(sweep, l.File)
		was, err := k.catalog.CopyAt(owner, sweep, l.File)
		if err != nil {
			return written, err
		}
		if !ok || was != nil && owner == l.ID && was.Line.SHA256 == l.SHA256 && !reflect.DeepEqual(was.Line, l) {
			k.ledger.Add(sweep, l)
			written++
		}
	}
	k.flush()
	return written, k.failure
}
