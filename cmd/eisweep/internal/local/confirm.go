package local

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
)

// AddDropFlag adds the option that confirms that finished tasks are left out.
func AddDropFlag(cmd *cobra.Command, drop *bool) {
	cmd.Flags().BoolVar(drop, "drop", false,
		"leave out finished tasks that are no longer in the sweep, and restore tasks that a rerun replaced")
}

// ConfirmSupersede asks whether n result files of a sweep that are in the way may be moved. The error is that ctx ended.
func ConfirmSupersede(ctx context.Context, e *cli.Env, n int, sweep string) (bool, error) {
	e.Notef("%s in %s %s to other tasks (other parameters, or an older model version) and %s that this run needs.",
		cli.Count(n, "result file"), sweep, cli.Plural(n, "belongs", "belong"), cli.Plural(n, "has a name", "have names"))
	return e.Confirm(ctx, "Move "+cli.Plural(n, "it", "them")+" to superseded/? Nothing is deleted.")
}

// KeepHint adds to the refusal of a launch that drops finished tasks of a sweep how to keep them; verb is run or launch. Source is the
// sweep that no longer has their networks, or "".
func KeepHint(e *cli.Env, verb, sweep, source string, err error) error {
	return cli.Usagef("%w; %s", err, KeepText(e, verb, sweep, source))
}

// KeepText says how to keep the finished tasks of a sweep, as KeepHint does.
func KeepText(e *cli.Env, verb, sweep, source string) string {
	if source != "" {
		return fmt.Sprintf("to keep them: first launch %s with these networks again (%s/.launches/ has its earlier launches)", source, source)
	}
	return fmt.Sprintf("to keep the sweep as it is: eisweep %s %s%s", verb, sweep, e.RootFlag)
}

// ConfirmDrop asks whether a launch that was refused may drop finished tasks. The error is that it may not, or that ctx ended.
func ConfirmDrop(ctx context.Context, e *cli.Env, refused error) error {
	e.Notef("%s", refused.Error())
	agreed, err := e.Confirm(ctx, "Launch it? No file is deleted.")
	if err == nil && !agreed {
		err = cli.Usagef("not confirmed: nothing was launched or changed")
	}
	return err
}
