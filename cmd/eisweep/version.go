package main

import (
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/internal/protocol"
	"eisweep/sim"
)

// versions is what `version --json` writes.
type versions struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Model    int    `json:"model"`
	Messages int    `json:"messages"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Kernels  string `json:"kernels"` // what the model computes by, as EISWEEP_KERNELS says
}

func newVersionCommand(e *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the versions of the program, the model and the formats",
		Long: `Print the versions of the program, the model and the formats. Results of
different model versions never mix: the version is part of every task's id.`,
		Args: atMost(0, "no argument"),
		RunE: func(cmd *cobra.Command, args []string) error {
			v := currentVersions()
			if asJSON {
				return e.encoder().Encode(v)
			}
			e.say("eisweep %s", programVersion())
			e.say("model version %d", v.Model)
			e.say("message format %d", v.Messages)
			e.say("built with %s for %s", v.Go, v.Platform)
			e.say("computes by the %s kernels (this machine has %s)", v.Kernels, strings.Join(sim.KernelChoices(), ", "))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object")
	return cmd
}

func currentVersions() versions {
	v := versions{Version: version, Model: sim.ModelVersion, Messages: protocol.Format, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Kernels: sim.Kernels()}
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

// programVersion is what manifests call this program's version.
func programVersion() string {
	v := currentVersions()
	if v.Version == "" {
		v.Version = "(devel)"
	}
	if v.Commit != "" && version == "" {
		return v.Version + " " + v.Commit[:min(12, len(v.Commit))]
	}
	return v.Version
}
