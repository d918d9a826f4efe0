package cli

import (
	"runtime"
	"runtime/debug"

	"eisweep/internal/protocol"
	"eisweep/sim"
)

// version is the program's version; the build sets it.
var version string

// Versions is what `version --json` writes.
type Versions struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Model    int    `json:"model"`
	Messages int    `json:"messages"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Kernels  string `json:"kernels"` // what the model computes by, as EISWEEP_KERNELS says
}

func CurrentVersions() Versions {
	v := Versions{
		Version: version, Model: sim.ModelVersion, Messages: protocol.Format, Go: runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, Kernels: sim.Kernels(),
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if v.Version == "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v.Commit = s.Value
		}
	}
	return v
}

// Version is the version of this program, as manifests record it.
func Version() string {
	v := CurrentVersions()
	if v.Version == "" {
		v.Version = "(devel)"
	}
	if v.Commit != "" && version == "" {
		return v.Version + " " + v.Commit[:min(12, len(v.Commit))]
	}
	return v.Version
}
