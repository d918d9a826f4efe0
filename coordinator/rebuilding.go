package coordinator

import (
	"os"
	"path/filepath"
	"strings"

	"eisweep/internal/results"
	"eisweep/sim"
)

// rebuildLine makes a manifest line from a result alone. When and where it was
// computed is lost; its file's time stands for both ends.
func rebuildLine(sweep, path string, info *results.Info) (results.Line, error) {
	stat, err := os.Stat(path)
	if err != nil {
		return results.Line{}, err
	}
	sum, n, err := results.HashFile(path)
	if err != nil {
		return results.Line{}, err
	}
	digest, err := results.Digest(path)
	if err != nil {
		return results.Line{}, err
	}
	return results.Line{
		ID: info.ID, Sweep: sweep, Experiment: info.Experiment, Seed: info.Seed, Parameters: namedParameters(filepath.Base(path)),
		State: results.Done, Run: 1, File: filepath.Base(path), Digest: digest, SHA256: sum, Bytes: n,
		Started: stat.ModTime(), Finished: stat.ModTime(), ModelVersion: info.ModelVersion,
	}, nil
}

// namedParameters reads the parameters that a result's file name tells.
func namedParameters(file string) results.Parameters {
	out := results.Parameters{}
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
