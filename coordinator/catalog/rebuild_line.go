package catalog

import (
	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// RebuildLine makes a manifest line from a result's file alone. When and where it was computed is lost: the
// file's modification time is taken for start and end.
func RebuildLine(sweep, file string, found *results.Contents) manifest.Line {
	info := &found.Info
	return manifest.Line{
		ID: info.ID, Sweep: sweep, Experiment: info.Experiment, Seed: info.Seed, Parameters: sweeps.ValuesInName(file),
		State: manifest.Done, Run: 1, File: file, Digest: found.Digest, SHA256: found.SHA256, Bytes: found.Bytes, Modified: found.Modified,
		Started: found.Modified, Finished: found.Modified, ModelVersion: info.ModelVersion, Quality: info.Quality,
	}
}
