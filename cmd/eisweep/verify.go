package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"

	"eisweep/cmd/eisweep/internal/ownership"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/verify"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

func newVerifyCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify [SWEEP|DIRECTORY…]",
		Short: "Check every result file against the manifest",
		Long: `Check every result file of the given sweeps (default: all) against the manifest, byte
for byte and by its digest. verify restores missing manifest lines from result files,
and checks the copies of outside files in .eisweep/inputs against their SHA-256,
copying a damaged one again if the original has not changed. It removes nothing: the
next run computes results that are missing or damaged. Results that are missing and no
longer part of the latest launch are only counted.

DIRECTORY is the path of a sweep's directory, such as a copy or one that was unpacked.
It is only read.

If the root has a coordinator, the coordinator does it. A root that you may not write
to is only read. The exit code is 4 if verify finds a problem.`,
		Example: `  eisweep verify
  eisweep verify tuning
  eisweep verify ./copies/tuning`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if slices.ContainsFunc(args, selection.IsDirectory) {
				return cli.OrInterrupted(cmd.Context(), verifyDirectories(cmd.Context(), e, args, asJSON))
			}
			r, err := choice.Open(e)
			if err != nil {
				return err
			}
			found, err := verifySweeps(cmd.Context(), e, r, &c, args)
			if err != nil {
				return cli.OrInterrupted(cmd.Context(), err)
			}
			if len(args) == 0 {
				if err := addGone(r, &found); err != nil {
					return err
				}
			}
			return printVerified(e, found, asJSON)
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, one object per sweep and line")
	cmd.ValidArgsFunction = cli.CompleteEach(selection.LaunchedNames(e, &choice))
	return cmd
}

// verifySweeps asks the root's coordinator to verify, if it has one.
func verifySweeps(ctx context.Context, e *cli.Env, r *root.Root, c *client.Connection, names []string) (control.Verified, error) {
	if err := selection.RequireLaunched(r, names); err != nil {
		return control.Verified{}, err
	}
	cl, err := client.Open(ctx, e, r, c)
	var absent *client.AbsentError
	switch {
	case errors.As(err, &absent):
		absent.NoteCopy(e)
		return verifyHere(ctx, e, r, names)
	case err != nil:
		return control.Verified{}, err
	}
	defer cl.Close()
	cl.WarnIfCopy(e)
	return client.Ask[control.Verified](ctx, cl, control.VerbVerify, control.Steer{Sweeps: names})
}

// verifyDirectories verifies the directories of sweeps, such as copies, and changes nothing.
func verifyDirectories(ctx context.Context, e *cli.Env, paths []string, asJSON bool) error {
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	var all control.Verified
	for _, path := range paths {
		d, err := selection.OpenNamedDirectory(path)
		if err != nil {
			return err
		}
		found, err := verify.Inspect(ctx, d.Root, prober, []string{d.Name})
		if err != nil {
			return err
		}
		all.Sweeps = append(all.Sweeps, found.Sweeps...)
	}
	return printVerified(e, all, asJSON)
}

// addGone reports the unfinished sweeps whose directory is gone: all of their results are missing.
func addGone(r *root.Root, found *control.Verified) error {
	gone, _, err := selection.GoneSweeps(r)
	for _, name := range gone {
		reported := slices.ContainsFunc(found.Sweeps, func(s control.VerifiedSweep) bool { return s.Name == name })
		if !reported {
			why := selection.GoneSweep(r, name)
			p := control.Problem{File: why.Path, Kind: "missing", Detail: why.Error() + "; " + why.Remedy()}
			found.Sweeps = append(found.Sweeps, control.VerifiedSweep{Name: name, Problems: []control.Problem{p}})
		}
	}
	return err
}

// verifyHere verifies a root as its owner, or reads a root that it may not write.
func verifyHere(ctx context.Context, e *cli.Env, r *root.Root, names []string) (_ control.Verified, err error) {
	if !r.Writable() {
		return verifyReadOnly(ctx, e, r, names)
	}
	own, err := ownership.Open(ctx, e, r.Path(), nil, e.Notef)
	if err != nil {
		return control.Verified{}, err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	prober, err := cli.NewProber()
	if err != nil {
		return control.Verified{}, err
	}
	owned, cancel := own.Until(ctx)
	defer cancel()
	found, err := verify.Run(owned, own.Root, prober, names)
	if err != nil && ctx.Err() == nil && owned.Err() != nil {
		err = context.Cause(owned)
	}
	return found, err
}

// verifyReadOnly verifies a root and changes nothing.
func verifyReadOnly(ctx context.Context, e *cli.Env, r *root.Root, names []string) (control.Verified, error) {
	switch h, held, err := r.Holder(); {
	case held:
		return control.Verified{}, ownership.ExplainInUse(&root.InUseError{Path: r.Path(), Holder: h})
	case errors.Is(err, fs.ErrPermission):
		e.Notef("cannot find out whether another process is using %s (%v): verify may report files that change meanwhile", r.Path(), err)
	case err != nil:
		return control.Verified{}, err
	}
	prober, err := cli.NewProber()
	if err != nil {
		return control.Verified{}, err
	}
	e.Notef("no write permission for %s: it is only read, and nothing is repaired", r.Path())
	return verify.Inspect(ctx, r, prober, names)
}

// printVerified prints the findings; problems are an error.
func printVerified(e *cli.Env, found control.Verified, asJSON bool) error {
	problems := 0
	reports := found.Sweeps
	if found.Inputs != nil {
		reports = append(slices.Clip(reports), *found.Inputs)
	}
	for i := range reports {
		problems += len(reports[i].Problems)
		if asJSON {
			writeReportJSON(e, &reports[i])
		} else {
			writeReport(e, &reports[i])
		}
	}
	if problems > 0 {
		return &cli.ExitError{Code: cli.ExitStorage}
	}
	return nil
}

func writeReport(e *cli.Env, s *control.VerifiedSweep) {
	e.Linef("%s: %s", s.Name, cmp.Or(cli.JoinNonEmpty(
		cli.NonZero(s.Sound, "intact"),
		cli.NonZero(s.Rebuilt, "restored to the manifest"),
		cli.NonZero(s.Assessed, "with their quality added to the manifest"),
		cli.NonZero(s.Gone, "removed and not part of the latest launch"),
		cli.NonZero(len(s.Problems), cli.Plural(len(s.Problems), "problem", "problems")),
	), "no results"))
	again := 0
	for _, p := range s.Problems {
		e.Linef("  %s: %s: %s", p.Kind, p.File, p.Detail)
		if p.Again {
			again++
		}
	}
	switch {
	case again == 0:
	case again == len(s.Problems):
		e.Linef("  the next run or launch of this sweep repairs this")
	default:
		e.Linef("  the next run or launch of this sweep repairs %d of these", again)
	}
}

// reportJSON is a line of `verify --json`.
type reportJSON struct {
	Sweep    string        `json:"sweep"`
	Intact   int           `json:"intact"`
	Rebuilt  int           `json:"rebuilt"`
	Assessed int           `json:"assessed"`
	Gone     int           `json:"gone"`
	Problems []problemJSON `json:"problems"`
}

type problemJSON struct {
	File   string `json:"file"`
	ID     string `json:"id,omitempty"`
	Kind   string `json:"kind"`
	Detail string `json:"detail"`
	Again  bool   `json:"again"`
}

func writeReportJSON(e *cli.Env, s *control.VerifiedSweep) {
	out := reportJSON{s.Name, s.Sound, s.Rebuilt, s.Assessed, s.Gone, []problemJSON{}}
	for _, p := range s.Problems {
		out.Problems = append(out.Problems, problemJSON{p.File, p.ID.String(), p.Kind, p.Detail, p.Again})
	}
	e.Encoder().Encode(out)
}
