package main

import (
	"context"
	"errors"

	"eisweep/cmd/eisweep/internal/ownership"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/prune"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

func newCleanCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var dry, logs, asJSON bool
	cmd := &cobra.Command{
		Use:   "clean SWEEP",
		Short: "Remove superseded results and stale checkpoints",
		Long: `Remove files that a sweep no longer needs: superseded results, files that lost attempts
left behind, and checkpoints of tasks that are done or have failed; with --logs also
the logs of done tasks. Current results and logs of failures are never removed.
--dry-run lists the files instead. If the root has a coordinator, the coordinator does it.`,
		Example: `  eisweep clean tuning --dry-run
  eisweep clean tuning --logs`,
		Args: cli.ExactlyOne("the name of a sweep"),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := choice.Open(e)
			if err != nil {
				return err
			}
			out, err := clean(cmd.Context(), e, r, &c, control.Clean{Sweep: args[0], Dry: dry, Logs: logs})
			if err != nil {
				return err
			}
			return printCleaned(e, out.Files, dry, asJSON)
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&dry, "dry-run", false, "list the files without removing them")
	cmd.Flags().BoolVar(&logs, "logs", false, "also remove the logs of done tasks")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, one object per file and line")
	cmd.ValidArgsFunction = cli.CompleteFirst(selection.LaunchedNames(e, &choice))
	return cmd
}

// clean asks the root's coordinator to clean, if it has one.
func clean(ctx context.Context, e *cli.Env, r *root.Root, c *client.Connection, request control.Clean) (control.Cleaned, error) {
	if err := selection.RequireLaunched(r, []string{request.Sweep}); err != nil {
		return control.Cleaned{}, err
	}
	cl, err := client.Open(ctx, e, r, c)
	var absent *client.AbsentError
	switch {
	case errors.As(err, &absent):
		absent.NoteCopy(e)
		return cleanLocally(ctx, e, r, request)
	case err != nil:
		return control.Cleaned{}, err
	}
	defer cl.Close()
	cl.WarnIfCopy(e)
	return client.Ask[control.Cleaned](ctx, cl, control.VerbClean, request)
}

// cleanLocally cleans a root as its owner.
func cleanLocally(ctx context.Context, e *cli.Env, r *root.Root, request control.Clean) (_ control.Cleaned, err error) {
	own, err := ownership.Open(ctx, e, r.Path(), nil, e.Notef)
	if err != nil {
		return control.Cleaned{}, err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	return prune.Run(own.Root, request)
}

func printCleaned(e *cli.Env, files []control.CleanedFile, dry, asJSON bool) error {
	out := e.Encoder()
	var bytes int64
	for i := range files {
		bytes += files[i].Bytes
		if !asJSON {
			e.Linef("  %s (%s, %s)", files[i].Path, files[i].Why, cli.Size(files[i].Bytes))
		} else if err := out.Encode(&files[i]); err != nil {
			return err
		}
	}
	verb := "removed"
	if dry {
		verb = "would remove"
	}
	switch {
	case asJSON:
	case len(files) == 0:
		e.Linef("nothing to remove")
	default:
		e.Linef("%s %s, %s in total", verb, cli.Count(len(files), "file"), cli.Size(bytes))
	}
	return nil
}
