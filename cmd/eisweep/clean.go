package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"eisweep/internal/control"
)

func newCleanCommand(e *environment) *cobra.Command {
	var choice rootChoice
	var c connection
	var dry, asJSON bool
	cmd := &cobra.Command{
		Use:   "clean SWEEP",
		Short: "Remove what is of no more use of a sweep: superseded results, old checkpoints",
		Long: `Remove what is of no more use of a sweep: results that were moved to superseded/, files
that attempts left behind which ended without a word, and checkpoints of tasks that are
settled. Results in place, and logs, are never removed. --dry-run only lists them.`,
		Args: exactlyOne("the name of a sweep"),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := clientFor(cmd.Context(), e, &choice, &c)
			if err != nil {
				return err
			}
			defer client.close()
			out, err := ask[control.Cleaned](cmd.Context(), client, control.VerbClean, control.Clean{Sweep: args[0], Dry: dry})
			if err != nil {
				return err
			}
			return tellCleaned(e, out.Files, dry, asJSON)
		},
	}
	choice.flag(cmd)
	c.flags(cmd, e)
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only list what would be removed")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, one object per file and line")
	cmd.ValidArgsFunction = completeFirst(launchedNames(e, &choice))
	return cmd
}

func tellCleaned(e *environment, files []control.CleanedFile, dry, asJSON bool) error {
	out := json.NewEncoder(e.stdout)
	var bytes int64
	for i := range files {
		bytes += files[i].Bytes
		if !asJSON {
			e.say("  %s (%s, %s)", files[i].Path, files[i].Why, size(files[i].Bytes))
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
		e.say("nothing to remove")
	default:
		e.say("%s %s of %s", verb, count(len(files), "file"), size(bytes))
	}
	return nil
}
