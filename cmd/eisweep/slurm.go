package main

import (
	"context"
	"errors"
	"os"

	"eisweep/cmd/eisweep/internal/slurmjobs"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/internal/slurm"
)

func newSlurmCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var s slurmCommand
	cmd := &cobra.Command{
		Use:   "slurm [-- SBATCH-OPTION…]",
		Short: "Submit Slurm jobs that run workers",
		Long: `Submit one Slurm array job whose elements each run a worker. Arguments after -- are
passed to sbatch unchanged. They must not include options that change how jobs are
counted (--array, --job-name, --wrap …), nor words that sbatch would take for a script:
write --exclusive=user.

A worker exits when it has had no task for --idle-timeout, or when its job is about to
reach its time limit, is cancelled, preempted or requeued. It then saves its running
tasks and returns them to the queue; other workers continue them. The coordinator
cancels pending jobs when every sweep is done.

` + "`coordinator --slurm`" + ` submits jobs by itself, as pending tasks need them.`,
		Example: `  eisweep slurm --workers 10 --cores 8 --time 4h --mem-per-core 1G -- --partition=short --account=abc
  eisweep slurm --workers 4 --setup 'module load gcc' --print > workers.sbatch
  eisweep slurm --resume`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := onlyAfterDash(cmd, args); err != nil {
				return err
			}
			if s.resume {
				return s.resumeSubmission(cmd, e, &choice)
			}
			s.Options = args
			if err := s.check(); err != nil {
				return err
			}
			r, err := choice.Open(e)
			if err != nil {
				return err
			}
			return s.run(cmd.Context(), e, r)
		},
	}
	choice.AddFlag(cmd)
	s.Connection.AddFlags(cmd, e)
	s.flags(cmd)
	return cmd
}

// onlyAfterDash refuses words that are neither options of ours nor behind the --.
func onlyAfterDash(cmd *cobra.Command, args []string) error {
	if at := cmd.ArgsLenAtDash(); len(args) > 0 && at != 0 {
		return cli.Usagef("%s takes no argument %q; give sbatch options after --", cmd.CommandPath(), args[0])
	}
	return nil
}

// slurmCommand is the options of `eisweep slurm`.
type slurmCommand struct {
	slurmjobs.Jobs
	workers               int
	print, asJSON, resume bool
}

func (s *slurmCommand) flags(cmd *cobra.Command) {
	s.Jobs.AddFlags(cmd)
	f := cmd.Flags()
	f.IntVar(&s.workers, "workers", 1, "submit `N` jobs; each runs one worker")
	f.BoolVar(&s.print, "print", false, "print the job script, without submitting it")
	f.BoolVar(&s.resume, "resume", false, "let the coordinator submit jobs again after it stopped because of failures")
	f.BoolVar(&s.asJSON, "json", false, "write one JSON object")
}

func (s *slurmCommand) check() error {
	if err := s.Jobs.Check(); err != nil {
		return err
	}
	if s.workers < 1 {
		return cli.Usagef("--workers is 1 or more")
	}
	return nil
}

// run submits the jobs, once: what was not answered may have been done.
func (s *slurmCommand) run(ctx context.Context, e *cli.Env, r *root.Root) error {
	request, err := s.Request(r, s.workers)
	if err != nil {
		return err
	}
	if s.print {
		_, err := e.Raw.Write([]byte(request.Script()))
		return err
	}
	site, err := slurm.Find(os.Environ())
	if err != nil {
		return cli.Usagef("%w; log in where there are sbatch and squeue, or write the script with --print", err)
	}
	id, err := site.Submit(ctx, request)
	if err != nil {
		return cli.OrInterrupted(ctx, explainSubmit(err, request))
	}
	if s.asJSON {
		return e.Encoder().Encode(map[string]any{"job": id, "workers": s.workers, "cores": s.Cores, "name": request.Name})
	}
	e.Linef("submitted as job %s: %s of %s each; logs: %s.%s_*.log", id, cli.Count(s.workers, "worker"),
		cli.Count(s.Cores, "core"), request.Log, id)
	s.noteAbsent(ctx, e, r)
	e.Linef("workers exit after %s without a task; list them and pending jobs with `eisweep workers%s`; cancel all jobs with: scancel %s",
		cli.Duration(s.IdleTimeout), e.Flags(), id)
	return nil
}

// noteAbsent says it where no coordinator answers, for which workers would only wait.
func (s *slurmCommand) noteAbsent(ctx context.Context, e *cli.Env, r *root.Root) {
	cl, err := client.Open(ctx, e, r, &s.Connection)
	var absent *client.AbsentError
	switch {
	case errors.As(err, &absent) && absent.IsElsewhere():
		e.Notef("%s: workers exit at once; %s", absent.Summary(), absent.Remedy())
	case errors.As(err, &absent) && absent.HasCoordinator():
		e.Notef("%s: workers wait for it, %s at most; %s", absent.Summary(), cli.Duration(s.IdleTimeout), absent.Remedy())
	case errors.As(err, &absent):
		e.Notef("%s: workers wait for one, %s at most; start it with: eisweep coordinator%s", absent.Summary(),
			cli.Duration(s.IdleTimeout), e.Flags())
	case err == nil:
		cl.Close()
	}
}

// explainSubmit distinguishes a refusal from an answer that leaves open what happened.
func explainSubmit(err error, request *slurm.Request) error {
	var failed *slurm.CommandError
	switch {
	case !errors.As(err, &failed):
		return cli.Usagef("%w", err)
	case failed.TooMany():
		return cli.Usagef("%w; nothing was submitted: the site's MaxArraySize limits the jobs of a submission "+
			"(scontrol show config); submit fewer at a time", err)
	case failed.Refused():
		return cli.Usagef("%w; nothing was submitted", err)
	}
	return cli.Errorf(cli.ExitLost, "%w; the jobs may be there all the same: before you try again, list them: squeue --name=%s", err,
		request.Name)
}

// resumeSubmission asks the coordinator to submit jobs again.
func (s *slurmCommand) resumeSubmission(cmd *cobra.Command, e *cli.Env, choice *selection.Root) error {
	cl, err := connect(cmd.Context(), e, choice, &s.Connection)
	if err != nil {
		return err
	}
	defer cl.Close()
	out, err := client.Ask[control.Scaled](cmd.Context(), cl, control.VerbScaling, control.Scaling{Resume: true})
	if err != nil {
		return err
	}
	if s.asJSON {
		return e.Encoder().Encode(out)
	}
	e.Linef("the coordinator submits jobs as the tasks need them: %d now, at most %d", out.Jobs, out.Max)
	return nil
}
