package verify

import (
	"context"
	"errors"

	"eisweep/coordinator/inputs"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
)

// offline repairs the files of a root while no coordinator runs.
type offline struct{ root *root.Root }

func (offline) RepairManifest(path string) (kept string, damage, err error) {
	return manifest.Repair(path)
}

func (o offline) AddLines(sweep string, lines []manifest.Line) (int, error) {
	w, err := manifest.Open(o.root.Manifest(sweep))
	if err != nil {
		return 0, err
	}
	return len(lines), errors.Join(w.Append(lines...), w.Close())
}

func (offline) CopyInput(ctx context.Context, p inputs.Prober, from, to, sha256 string) error {
	return inputs.Copy(ctx, p, from, to, sha256)
}
