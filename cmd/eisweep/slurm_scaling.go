package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/coordinator"
	"eisweep/coordinator/autoscale"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/internal/slurm"
)

// slurmScaling is what `coordinator --slurm` has Slurm do.
type slurmScaling struct {
	slurmJobs
	text    string // max=40,cores=8,…
	maxJobs int

	loop  *autoscale.Scaler // nil where there is no Slurm
	roomy int64             // bytes that a worker in a job had for tasks; 0 before one was heard
}

// check reads the text; "" is no scaling.
func (s *slurmScaling) check(c client.Connection) error {
	s.Connection, s.cores, s.idle = c, 1, idleByDefault
	if s.text == "" {
		if len(s.options) > 0 {
			return cli.Usagef("options of sbatch (%s) go with --slurm max=N", strings.Join(s.options, " "))
		}
		return nil
	}
	for rest := s.text; rest != ""; {
		var word string
		if strings.HasPrefix(rest, "setup=") {
			word, rest = rest, ""
		} else {
			word, rest, _ = strings.Cut(rest, ",")
		}
		name, value, _ := strings.Cut(word, "=")
		if err := s.set(name, value); err != nil {
			return cli.Usagef("--slurm %s: %s: %w", s.text, word, err)
		}
	}
	if s.maxJobs < 1 {
		return cli.Usagef("--slurm %s: say how many jobs there may be: max=40", s.text)
	}
	return s.slurmJobs.check()
}

func (s *slurmScaling) set(name, value string) (err error) {
	switch name {
	case "max":
		s.maxJobs, err = strconv.Atoi(value)
	case "cores":
		s.cores, err = strconv.Atoi(value)
	case "time":
		s.timeText = value
	case "mem-per-core":
		s.memoryText = value
	case "idle-timeout":
		s.idle, err = time.ParseDuration(value)
	case "checkpoint":
		s.checkpoint, err = time.ParseDuration(value)
	case "setup":
		s.setup = []string{value}
	default:
		err = errors.New("there are max, cores, time, mem-per-core, idle-timeout, checkpoint and setup; options of sbatch come after --")
	}
	return err
}

// start starts the loop. Without --slurm it only cancels jobs that wait although
// nothing is left to do, where Slurm is at hand.
func (s *slurmScaling) start(r *root.Root, k *coordinator.Coordinator, log *slog.Logger) error {
	site, err := slurm.Find(os.Environ())
	if err != nil {
		if s.maxJobs > 0 {
			return cli.Usagef("--slurm: %w: start the coordinator where there are sbatch and squeue", err)
		}
		return nil
	}
	request, err := s.request(r, 1)
	if err != nil {
		return err
	}
	if s.maxJobs > 0 {
		log.Info("submitting Slurm jobs as the tasks need them", "max", s.maxJobs, "cancel all with", "scancel --name="+request.Name)
	}
	jobs := &rootJobs{site, *request, r.Private("submitting")}
	s.loop = autoscale.Start(autoscale.Config{
		Batch: jobs, MaxJobs: s.maxJobs, Cores: s.cores, Output: request.Log, UnansweredSince: jobs.unansweredSince(),
		Backlog: func() autoscale.Backlog { return s.backlog(k) }, Log: log,
	})
	return nil
}

func (s *slurmScaling) stop() {
	if s.loop != nil {
		s.loop.Stop()
		s.loop = nil
	}
}

func (s *slurmScaling) scaled(ctx context.Context, r control.Scaling) (control.Scaled, error) {
	if s.loop == nil {
		return control.Scaled{}, &control.Refusal{Kind: control.Unknown, Text: "the coordinator runs where there is no Slurm; submit jobs where there is: eisweep slurm"}
	}
	return s.loop.Scaled(ctx, r)
}

// backlog is what there is to do, as the coordinator knows it.
func (s *slurmScaling) backlog(k *coordinator.Coordinator) autoscale.Backlog {
	known := k.Workers()
	return backlogOf(k.Snapshot(), known, k.Needs(s.jobMemory(known.Workers)))
}

// jobMemory is how many bytes a worker in a job has for tasks: as those say that are heard or were the
// last to be, else what a job is given; 0 is not known.
func (s *slurmScaling) jobMemory(known []control.Worker) int64 {
	var most int64
	for i := range known {
		if w := &known[i]; !w.Silent && strings.HasPrefix(w.Job, slurmJob) {
			most = max(most, w.Memory)
		}
	}
	s.roomy = cmp.Or(most, s.roomy)
	return cmp.Or(s.roomy, s.memory*int64(s.cores))
}

// slurmJob is what the name of a worker's job begins with.
const slurmJob = "slurm "

// backlogOf is what is left of the sweeps for other workers to do, of which so many tasks need one now.
func backlogOf(now control.Snapshot, known control.Workers, needs int) autoscale.Backlog {
	b := autoscale.Backlog{Queued: needs}
	for i := range now.Sweeps {
		b.Settled += now.Sweeps[i].Done + now.Sweeps[i].Failed
		switch s := &now.Sweeps[i]; s.Status {
		case control.Open, control.Paused:
			b.Unsettled += s.Tasks - s.Done - s.Failed
		}
	}
	for i := range known.Workers {
		w := &known.Workers[i]
		if w.Silent {
			continue
		}
		b.FreeSlots += freeSlots(w)
		if id, ok := strings.CutPrefix(w.Job, slurmJob); ok {
			b.WorkerJobs = append(b.WorkerJobs, id)
		}
	}
	return b
}

// freeSlots are those in which a worker could run a task besides. One that has just refused a task for
// want of memory has none.
func freeSlots(w *control.Worker) int {
	if w.Refused != "" || !w.Takes() {
		return 0
	}
	return w.Slots - w.Busy
}

// rootJobs are the jobs for a root, as autoscale.Batch has them.
type rootJobs struct {
	site    *slurm.Commands
	request slurm.Request
	note    string // a file that is there while a submission is not answered
}

func (j *rootJobs) Jobs(ctx context.Context) ([]slurm.Job, error) {
	return j.site.Jobs(ctx, j.request.Name)
}

// Submit leaves a note before, for a coordinator that comes after a crash.
func (j *rootJobs) Submit(ctx context.Context, n int) (string, error) {
	if err := atomicfile.Write(j.note, nil, 0o600); err != nil {
		return "", fmt.Errorf("note submission: %w", err)
	}
	request := j.request
	request.Workers = n
	id, err := j.site.Submit(ctx, &request)
	var failed *slurm.CommandError
	if err == nil || errors.As(err, &failed) && failed.Refused() {
		os.Remove(j.note) // one that stays only delays
	}
	return id, err
}

func (j *rootJobs) Cancel(ctx context.Context, ids ...string) error {
	return j.site.Cancel(ctx, ids...)
}

// unansweredSince is when a submission without an answer began; zero if there is none.
func (j *rootJobs) unansweredSince() time.Time {
	info, err := os.Stat(j.note)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
