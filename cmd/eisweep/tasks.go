package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/plan"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

func newTasksCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var l taskLister
	cmd := &cobra.Command{
		Use:   "tasks SWEEP",
		Short: "List the tasks of a sweep",
		Long: `List the tasks of a sweep's latest launch, one per line: id, file and state. A running
task has its host, a failed one the reason. A suspect result has the reasons, and the
parameters that usually cause them. The options select the tasks that match all of them;
` + "`rerun`" + ` with the same options runs those tasks again.`,
		Example: `  eisweep tasks tuning --state failed
  eisweep tasks tuning --suspect
  eisweep tasks tuning --where pl.is_plastic=EXC --seeds 1-5`,
		Args: cli.ExactlyOne("the name of a sweep"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := l.parse(); err != nil {
				return err
			}
			r, err := choice.Open(e)
			if err != nil {
				return err
			}
			if err := selection.RequireLaunched(r, args); err != nil {
				return err
			}
			if err := l.queryRunning(cmd.Context(), e, r, &c); err != nil {
				return err
			}
			return cli.OrInterrupted(cmd.Context(), l.list(cmd.Context(), e, r, args[0]))
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	l.flags(cmd)
	cmd.ValidArgsFunction = cli.CompleteFirst(selection.LaunchedNames(e, &choice))
	return cmd
}

// taskLister is which tasks are listed, and how.
type taskLister struct {
	selection.TaskFilter
	state   string
	asJSON  bool
	running map[sweeps.ID]*control.RunningTask
}

// stateWaiting is the state of a pending task whose source is not done.
const stateWaiting = "waiting"

// taskStates are the values of --state.
var taskStates = []string{"pending", stateWaiting, "running", "done", "failed"}

func (l *taskLister) flags(cmd *cobra.Command) {
	l.TaskFilter.AddFlags(cmd)
	cmd.Flags().StringVar(&l.state, "state", "", "tasks in this `STATE`: "+strings.Join(taskStates, ", "))
	cmd.Flags().BoolVar(&l.asJSON, "json", false, "write JSON, one object per task and line")
	cmd.RegisterFlagCompletionFunc("state", cli.CompleteWords(taskStates...))
}

func (l *taskLister) parse() error {
	if l.state != "" && !slices.Contains(taskStates, l.state) {
		return cli.Usagef("unknown state %q: give one of %s", l.state, strings.Join(taskStates, ", "))
	}
	return l.TaskFilter.Parse()
}

// queryRunning asks the coordinator for running tasks, or reads those of a `run`; without either they are unknown.
func (l *taskLister) queryRunning(ctx context.Context, e *cli.Env, r *root.Root, c *client.Connection) error {
	l.running = map[sweeps.ID]*control.RunningTask{}
	cl, err := client.Open(ctx, e, r, c)
	if absent := (*client.AbsentError)(nil); errors.As(err, &absent) {
		l.take(absent.Report(r).Running())
		if l.state == "running" && !absent.HasRun() {
			e.Notef("%s: running tasks are unknown", absent.Summary())
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer cl.Close()
	cl.WarnIfCopy(e)
	snapshot, err := client.Ask[control.Snapshot](ctx, cl, control.VerbSnapshot, control.Nothing{})
	l.take(snapshot.Running)
	return err
}

// take takes in which tasks run.
func (l *taskLister) take(running []control.RunningTask) {
	for i := range running {
		l.running[running[i].ID] = &running[i]
	}
}

func (l *taskLister) list(ctx context.Context, e *cli.Env, r *root.Root, name string) error {
	status, err := selection.ReadSweep(ctx, e, r, name)
	if err != nil {
		return err
	}
	fits, err := plan.NewChoice(l.Request())
	if err != nil {
		return err
	}
	sources := sourceStates{e: e, root: r}
	out := e.Encoder()
	n := 0
	for i := range status.Tasks {
		t := &status.Tasks[i]
		running := l.running[t.Task.ID]
		state, text, row := inspect.TaskState(t, running), inspect.TaskStateText(t, running), inspect.NewTaskJSON(t, running)
		if state == string(catalog.StatePending) {
			waits, err := sources.isWaiting(ctx, t.Task.Source)
			if err != nil {
				return err
			}
			if waits {
				state, row.State = stateWaiting, stateWaiting
				text = "waiting for " + t.Task.Source.Sweep + "/" + t.Task.Source.File
			}
		}
		if l.state != "" && l.state != state || !fits.Fits(t) {
			continue
		}
		n++
		if !l.asJSON {
			e.Linef("%s  %s  %s", t.Task.ID, t.Task.File, text)
		} else if err := out.Encode(row); err != nil {
			return err
		}
	}
	if n < len(status.Tasks) {
		e.Notef("%d of the %s of %s", n, cli.Count(len(status.Tasks), "task"), name)
	}
	return status.Unread
}

// sourceStates knows which tasks of source sweeps are done. It reads each sweep once.
type sourceStates struct {
	e    *cli.Env
	root *root.Root
	done map[string]map[sweeps.ID]bool // by sweep
}

// isWaiting reports whether a source, which may be nil, is a task of the root that is not done. The error is that its sweep cannot be
// read.
func (s *sourceStates) isWaiting(ctx context.Context, source *sweeps.Input) (bool, error) {
	if source == nil || source.Task == (sweeps.ID{}) {
		return false, nil
	}
	done, known := s.done[source.Sweep]
	if !known {
		status, err := selection.ReadSweep(ctx, s.e, s.root, source.Sweep)
		if err != nil {
			return false, err
		}
		done = map[sweeps.ID]bool{}
		for i := range status.Tasks {
			if of := &status.Tasks[i]; of.State == catalog.StateDone {
				done[of.Task.ID] = true
			}
		}
		if s.done == nil {
			s.done = map[string]map[sweeps.ID]bool{}
		}
		s.done[source.Sweep] = done
	}
	return !done[source.Task], nil
}
