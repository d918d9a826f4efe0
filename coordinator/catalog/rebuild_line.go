package catalog

import (
	"strings"

	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/sim"
)

// RebuildLine makes a manifest line from a result's file alone. When and where it was computed is lost: the
// file's modification time is taken for start and end.
func RebuildLine(sweep, file string, found *results.Contents) manifest.Line {
	info := &found.Info
	return manifest.Line{
		ID: info.ID, Sweep: sweep, Experiment: info.Experiment, Seed: info.Seed, Parameters: NamedParameters(file),
		State: manifest.Done, Run: 1, File: file, Digest: found.Digest, SHA256: found.SHA256, Bytes: found.Bytes, Modified: found.Modified,
		Started: found.Modified, Finished: found.Modified, ModelVersion: info.ModelVersion,
	}
}

// NamedParameters reads the parameters in a result's file name.
func NamedParameters(file string) manifest.Parameters {
	out := manifest.Parameters{}
	for _, part := range strings.Split(strings.TrimSuffix(file, ".h5"), "~") {
		name, text, _ := strings.Cut(part, "=")
		p, err := sim.Lookup(name)
		if err != nil {
			continue
		}
		if value, err := p.Parse(text); err == nil {
			out[name] = value.Any()
		}
	}
	return out
}
