package main

import (
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"eisweep/coordinator"
	"eisweep/sweeps"
)

func newVerifyCommand(e *environment) *cobra.Command {
	var choice rootChoice
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify [SWEEP…]",
		Short: "Hold every result against the manifest, byte for byte",
		Long: `Hold every result of the sweeps (all, if none is named) against the manifest, byte for
byte, and write the manifest's lines anew for results that have none. Nothing is
removed: the next run computes what is missing or altered.

The exit code is 4 if anything is not as it should be.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := choice.announce(e)
			if err != nil {
				return err
			}
			return verify(cmd, e, path, args, asJSON)
		},
	}
	choice.flag(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, one object per sweep and line")
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return launchedNames(e, &choice)(), cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

func verify(cmd *cobra.Command, e *environment, path string, names []string, asJSON bool) (err error) {
	if _, err := existingRoot(path); err != nil {
		return err
	}
	r, lock, err := openRoot(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	if err := haveSweeps(r, names); err != nil {
		return err
	}
	prober, err := newProber()
	if err != nil {
		return err
	}
	report, err := coordinator.Verify(cmd.Context(), r, prober, names)
	if err != nil {
		return orInterrupted(cmd.Context(), err)
	}
	problems := 0
	for i := range report.Sweeps {
		problems += len(report.Sweeps[i].Problems)
		if asJSON {
			writeReportJSON(e, &report.Sweeps[i])
		} else {
			writeReport(e, &report.Sweeps[i])
		}
	}
	if problems > 0 {
		return &exitError{code: exitStorage}
	}
	return nil
}

func writeReport(e *environment, s *coordinator.SweepReport) {
	e.say("%s: %s", s.Name, orElse(list(some(s.Sound, "sound"), some(s.Rebuilt, "without a manifest line, which they have now"), some(len(s.Problems), "not as they should be")), "no results"))
	runs := false
	for _, p := range s.Problems {
		e.say("  %s: %s: %s", p.Kind, p.File, p.Detail)
		runs = runs || (p.Kind != "unknown" && p.ID != (sweeps.ID{}))
	}
	if runs {
		e.say("  the next `eisweep run` of this sweep computes them again")
	}
}

// reportJSON is a line of `verify --json`.
type reportJSON struct {
	Sweep    string        `json:"sweep"`
	Sound    int           `json:"sound"`
	Rebuilt  int           `json:"rebuilt"`
	Problems []problemJSON `json:"problems"`
}

type problemJSON struct {
	File   string `json:"file"`
	ID     string `json:"id,omitempty"`
	Kind   string `json:"kind"`
	Detail string `json:"detail"`
}

func writeReportJSON(e *environment, s *coordinator.SweepReport) {
	out := reportJSON{s.Name, s.Sound, s.Rebuilt, []problemJSON{}}
	for _, p := range s.Problems {
		out.Problems = append(out.Problems, problemJSON{p.File, p.ID.String(), p.Kind, p.Detail})
	}
	json.NewEncoder(e.stdout).Encode(out)
}
