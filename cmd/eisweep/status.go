package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"eisweep/cmd/eisweep/internal/follow"
	"eisweep/cmd/eisweep/internal/slurmjobs"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

func newStatusCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var s statusView
	cmd := &cobra.Command{
		Use:   "status [SWEEP|DIRECTORY]",
		Short: "Show sweep progress",
		Long: `Show the progress of the sweeps under the root, with the computing time spent, the mean
per task, and the size of the results. If you name a sweep, status shows a row for each
combination of its parameters, with the seeds that are done, suspect, running, failed or
pending; why results are suspect; why tasks failed, by class, with the command that runs
them again; and tasks that failed earlier but are now done.

If more than 20 sweeps are done without a failed or suspect task, status shows only their
number; --all lists them. The numbers are those of the root's coordinator, or of a
` + "`run`" + ` that works on the root; without either, status reads the sweep directories.
DIRECTORY is the path of a sweep's directory, such as a copy or one that was unpacked.`,
		Example: `  eisweep status
  eisweep status tuning`,
		Args: cli.AtMost(1, "the name of a sweep"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && selection.IsDirectory(args[0]) {
				return s.directory(cmd.Context(), e, args[0])
			}
			var err error
			if s.root, err = choice.Open(e); err != nil {
				return err
			}
			if err := s.connect(cmd.Context(), e, &c); err != nil {
				return err
			}
			defer s.close()
			if len(args) == 0 {
				return s.overview(cmd.Context(), e)
			}
			return s.sweep(cmd.Context(), e, args[0])
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&s.all, "all", false, "show every row")
	cmd.Flags().BoolVar(&s.asJSON, "json", false, "write JSON, one object per sweep and line")
	cmd.ValidArgsFunction = cli.CompleteFirst(selection.LaunchedNames(e, &choice))
	return cmd
}

// statusView is what `status` shows, and where it comes from.
type statusView struct {
	all, asJSON    bool
	root           *root.Root
	client         *client.Client    // nil: only the directories are read
	lockUnreadable bool              // so nobody knows whether a coordinator runs
	report         *client.RunReport // of a `run` that works on the root; nil without one
	snapshot       control.Snapshot  // of the coordinator or the run
	catalog        inspect.LazyCatalog
}

// maxManifestBytes limits the manifests that are read in addition to the coordinator's answer, so that status returns at once.
const maxManifestBytes = 16 << 20

// connect asks the coordinator, or notes that none answers.
func (s *statusView) connect(ctx context.Context, e *cli.Env, c *client.Connection) (err error) {
	var absent *client.AbsentError
	s.client, err = client.Open(ctx, e, s.root, c)
	switch {
	case errors.As(err, &absent) && absent.HasRun():
		if s.report = absent.Report(s.root); s.report != nil {
			s.report.Note(e, time.Now())
			s.snapshot = s.report.Snapshot
			return nil
		}
		e.Notef("`%s` works on the root by itself (process %d on %s) and has not reported yet; this status is read from the sweep "+
			"directories", absent.Holder.Command, absent.Holder.PID, absent.Holder.Host)
		return nil
	case errors.As(err, &absent):
		e.Notef("%s; this status is read from the sweep directories", absent.Summary())
		if remedy := cli.Remedy(absent.LockErr); remedy != "" {
			e.Notef("remedy: %s", remedy)
		} else if absent.HasCoordinator() {
			e.Notef("remedy: %s", absent.Remedy())
		}
		s.lockUnreadable = absent.IsStorage()
		return nil
	case err != nil:
		return err
	}
	s.client.WarnIfCopy(e)
	s.snapshot, err = client.Ask[control.Snapshot](ctx, s.client, control.VerbSnapshot, control.Nothing{})
	noteUnanswered(e, s.snapshot.UnresponsiveFor)
	if s.snapshot.Limit != "" {
		e.Notef("tasks cannot be queued yet: %s", s.snapshot.Limit)
	}
	if new(follow.NoWorkerHint).IsDue(&s.snapshot, time.Now()) {
		follow.NoteNoWorkers(ctx, e, s.client)
	}
	return err
}

// noteUnanswered notes that the coordinator waits for NATS.
func noteUnanswered(e *cli.Env, silent time.Duration) {
	if silent > 0 {
		e.Notef("NATS has not answered the coordinator for %s; this is the last known state, "+
			"and the coordinator continues when NATS answers", cli.Duration(silent))
	}
}

func (s *statusView) close() {
	if s.client != nil {
		s.client.Close()
	}
}

// overview shows every sweep under the root.
func (s *statusView) overview(ctx context.Context, e *cli.Env) error {
	launched, err := s.root.Sweeps()
	if err != nil {
		return err
	}
	gone, forgotten, err := selection.GoneSweeps(s.root)
	if err != nil {
		return err
	}
	readCosts := s.all || s.manifestBytes(launched) <= maxManifestBytes
	readFolders := s.client == nil || readCosts
	out := e.Encoder()
	var untold []string
	var rows overviewRows
	unread := s.lockUnreadable
	for _, name := range s.allNames(launched, gone) {
		var row inspect.SweepOverview
		if state := inspect.StateOf(&s.snapshot, name); state == nil && slices.Contains(gone, name) {
			row = inspect.GoneOverview(s.root, name)
		} else if state != nil {
			row = inspect.OverviewOf(s.root, state, s.from())
		} else if readFolders || s.isSetAside(name) {
			row = inspect.ReadOverview(ctx, s.root, &s.catalog, name)
		} else {
			untold = append(untold, name)
			continue
		}
		if err := ctx.Err(); err != nil {
			return cli.OrInterrupted(ctx, err)
		}
		row.AddFaults(s.snapshot.Faults)
		if readCosts && row.Error == "" {
			row.AddCost(s.root, s.snapshot.Running)
		}
		unread = unread || row.Unread()
		if !s.asJSON {
			rows.add(&row)
		} else if err := out.Encode(row); err != nil {
			return err
		}
	}
	rows.write(e, s.all)
	if !s.asJSON && s.client != nil {
		view := slurmjobs.Look(ctx, s.root, s.client)
		for _, line := range view.Lines() {
			e.Linef("%s", line)
		}
		if lasts := s.snapshot.QueueLasts; lasts >= time.Second {
			e.Linef("without the coordinator, the queue keeps the workers busy for about %s", cli.Duration(lasts))
		}
	}
	if len(forgotten) > 0 {
		e.Notef("the directories of finished sweeps are gone: %s (to end this note, run `eisweep cancel` with their names)",
			cli.Enumerate(forgotten))
	}
	switch {
	case len(launched)+len(gone)+len(forgotten) == 0 && !s.asJSON:
		e.Linef("no sweeps yet")
	case len(untold) > 0:
		e.Notef("idle (not scanned; use --all): %s", cli.Enumerate(untold))
	}
	if unread {
		return &cli.ExitError{Code: cli.ExitStorage}
	}
	return nil
}

// overviewRows are the rows of the overview. If many sweeps have nothing left to do, only their number is shown.
type overviewRows struct {
	texts    []string
	finished []bool // by row: nothing is left to do, nothing failed, and nothing is suspect
	count    int    // of the finished sweeps
	tasks    int    // of these
}

// mostFinished is how many finished sweeps are listed one by one.
const mostFinished = 20

func (o *overviewRows) add(row *inspect.SweepOverview) {
	finished := row.Status == control.Finished && row.Failed+row.Missing+row.Damaged+row.Suspect == 0 && row.Error == ""
	o.texts, o.finished = append(o.texts, row.Text()), append(o.finished, finished)
	if finished {
		o.count, o.tasks = o.count+1, o.tasks+row.Tasks
	}
}

func (o *overviewRows) write(e *cli.Env, all bool) {
	short := o.count > mostFinished && !all
	for i, text := range o.texts {
		if !short || !o.finished[i] {
			e.Lines(text)
		}
	}
	if short {
		e.Linef("%d sweeps are done, with %s: list them with --all", o.count, cli.Count(o.tasks, "task"))
	}
}

// from is who reports the snapshot.
func (s *statusView) from() inspect.Reporter {
	if s.report != nil {
		return inspect.FromRun
	}
	return inspect.FromCoordinator
}

// allNames adds sweeps that the coordinator knows and whose directories are gone.
func (s *statusView) allNames(launched, gone []string) []string {
	names := slices.Concat(launched, gone)
	for i := range s.snapshot.Sweeps {
		names = append(names, s.snapshot.Sweeps[i].Name)
	}
	for i := range s.snapshot.Faults {
		names = append(names, s.snapshot.Faults[i].Sweep)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isSetAside reports whether the coordinator has set a sweep aside.
func (s *statusView) isSetAside(name string) bool {
	return slices.ContainsFunc(s.snapshot.Faults, func(f control.SweepFault) bool { return f.Sweep == name })
}

func (s *statusView) manifestBytes(launched []string) int64 {
	var n int64
	for _, name := range launched {
		if info, err := os.Stat(s.root.Manifest(name)); err == nil {
			n += info.Size()
		}
	}
	return n
}

// maxPointTasks is the size of a sweep up to which status reads its points while a coordinator answers.
const maxPointTasks = 20_000

// sweep shows one sweep: read from its directory, or for a large sweep what the coordinator reports.
func (s *statusView) sweep(ctx context.Context, e *cli.Env, name string) error {
	if err := selection.RequireLaunched(s.root, []string{name}); err != nil {
		return err
	}
	state := inspect.StateOf(&s.snapshot, name)
	var v *inspect.SweepView
	var err error
	if state != nil && s.client != nil && state.Tasks > maxPointTasks && !s.all {
		v, err = s.brief(ctx, e, state)
	} else {
		v, err = inspect.ReadSweepView(ctx, e, s.root, name, &s.snapshot, s.from())
	}
	if err != nil {
		return cli.OrInterrupted(ctx, err)
	}
	return s.write(e, v)
}

// directory shows the sweep in a directory, such as a copy; no coordinator knows of it.
func (s *statusView) directory(ctx context.Context, e *cli.Env, path string) error {
	d, err := selection.OpenDirectory(path)
	if err != nil {
		return err
	}
	v, err := inspect.ReadDirectoryView(ctx, e, d)
	if err != nil {
		return cli.OrInterrupted(ctx, err)
	}
	return s.write(e, v)
}

// write writes a sweep's view.
func (s *statusView) write(e *cli.Env, v *inspect.SweepView) (err error) {
	if s.asJSON {
		err = v.Encode(e)
	} else {
		err = v.Write(e, s.all)
	}
	if err == nil && (v.Unread() || s.lockUnreadable) {
		err = &cli.ExitError{Code: cli.ExitStorage}
	}
	return err
}

// brief is what the coordinator alone reports.
func (s *statusView) brief(ctx context.Context, e *cli.Env, state *control.SweepState) (*inspect.SweepView, error) {
	sum, err := client.Ask[control.Summary](ctx, s.client, control.VerbSummary, control.Steer{Sweeps: []string{state.Name}})
	if err != nil {
		return nil, err
	}
	e.Notef("%s has more than %d tasks; use --all to list its points", state.Name, maxPointTasks)
	return inspect.BriefSweepView(s.root, state, &s.snapshot, &sum), nil
}
