package history

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/events"
	"eisweep/internal/root"
)

// lastShown is how many events are shown unless the command line says how many, or since when.
const lastShown = 50

// followTime is the time between two looks at the log.
const followTime = 500 * time.Millisecond

// options are those of the command.
type options struct {
	root   selection.Root
	since  time.Duration
	last   int
	follow bool
	asJSON bool
}

// NewCommand is `eisweep events`.
func NewCommand(e *cli.Env) *cobra.Command {
	o := options{}
	cmd := &cobra.Command{
		Use:   "events [SWEEP|TASK|WORKER]",
		Short: "List what happened to sweeps, workers and attempts",
		Long: `List what happened under the root, oldest first: launches and other commands, and who gave
them; workers that joined, fell silent or left; attempts that started, were taken over or
failed, and why; coordinators that started or stopped; a full disk. If you name a sweep, a
task (by its id or a unique prefix), a worker or a host, only its events are listed.

By default, the last 50 events are listed, or all of them with --json. --follow prints new
events as they happen; stop it with Ctrl-C. The command needs no coordinator.`,
		Example: `  eisweep events --since 3h
  eisweep events tuning --follow
  eisweep events t4f1c -n 5
  eisweep events --json | jq 'select(.kind == "task_failed")'`,
		Args: cli.AtMost(1, "one sweep, task or worker"),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := o.root.Open(e)
			if err != nil {
				return err
			}
			q := events.Query{Last: o.last}
			isCut := o.last == 0 && o.since == 0 && !o.asJSON
			if len(args) > 0 {
				q.About = args[0]
			}
			if o.since > 0 {
				q.Since = time.Now().Add(-o.since)
			}
			if isCut {
				q.Last = lastShown + 1 // one more says that there are more
			}
			list, err := o.read(e, r, q)
			if err == nil && isCut && len(list) > lastShown {
				list = list[1:]
				e.Notef("the last %d events; -n or --since shows more", lastShown)
			}
			if err == nil {
				err = o.print(e, list)
			}
			if err != nil || !o.follow {
				return err
			}
			if len(list) > 0 {
				q.After = list[len(list)-1].Seq
			}
			return o.followOn(cmd.Context(), e, events.NewFollower(r, q))
		},
	}
	o.root.AddFlag(cmd)
	f := cmd.Flags()
	f.DurationVar(&o.since, "since", 0, "list events of the last `DURATION`, such as 3h or 30m")
	f.IntVarP(&o.last, "number", "n", 0, "list at most the last `N` events")
	f.BoolVarP(&o.follow, "follow", "f", false, "print new events as they happen")
	f.BoolVar(&o.asJSON, "json", false, "write JSON, one object per event and line")
	cmd.ValidArgsFunction = cli.CompleteFirst(o.subjects(e))
	return cmd
}

// read reads the events to begin with.
func (o *options) read(e *cli.Env, r *root.Root, q events.Query) ([]events.Event, error) {
	list, err := events.Read(r, q)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, cli.Errorf(cli.ExitStorage, "%w; the owner of the root shares its events with --share-group of `eisweep coordinator`", err)
	case err != nil || len(list) > 0 || o.follow:
	case q.About != "":
		e.Notef("no events about %s; `eisweep events%s` lists those of all", q.About, e.RootFlag)
	default:
		e.Notef("no events")
	}
	return list, err
}

// followOn prints events as they come, until ctx ends, which is no error.
func (o *options) followOn(ctx context.Context, e *cli.Env, f *events.Follower) error {
	tick := time.NewTicker(followTime)
	defer tick.Stop()
	for {
		list, err := f.Next()
		if err == nil {
			err = o.print(e, list)
		}
		if err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (o *options) print(e *cli.Env, list []events.Event) error {
	for i := range list {
		if o.asJSON {
			if err := e.Encoder().Encode(list[i].Describe()); err != nil {
				return err
			}
			continue
		}
		e.Linef("%s  %s", list[i].Time.Local().Format(time.DateTime), list[i].Text())
	}
	return nil
}

// subjects completes sweeps, and the workers of the log.
func (o *options) subjects(e *cli.Env) func() []string {
	return func() []string {
		names := selection.LaunchedNames(e, &o.root)()
		r := o.root.OpenQuietly(e)
		if r == nil {
			return nil
		}
		list, err := events.Read(r, events.Query{})
		if err != nil {
			return names
		}
		for i := range list {
			if list[i].Kind == events.WorkerJoined {
				names = append(names, list[i].Worker)
			}
		}
		return names
	}
}
