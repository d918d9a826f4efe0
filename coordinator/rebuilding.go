package coordinator

import (
	"strings"

	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/sim"
)

// rebuildLine makes a manifest line from what was found in a result alone. When and where
// it was computed is lost; its file's time stands for both ends.
func rebuildLine(sweep, file string, found *results.Found) manifest.Line {
	info := &found.Info
	return manifest.Line{
		ID: info.ID, Sweep: sweep, Experiment: info.Experiment, Seed: info.Seed, Parameters: namedParameters(file),
		State: manifest.Done, Run: 1, File: file, Digest: found.Digest, SHA256: found.SHA256, Bytes: found.Bytes, Modified: found.Modified,
		Started: found.Modified, Finished: found.Modified, ModelVersion: info.ModelVersion,
	}
}

// namedParameters reads the parameters that a result's file name tells.
func namedParameters(file string) manifest.Parameters {
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
