package slurmjobs

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

// Scaling is `coordinator --slurm`: it submits jobs as the tasks need them.
type Scaling struct {
	Jobs
	Text string // max=40,cores=8,…; "" submits nothing

	maxJobs      int
	scaler       *autoscale.Scaler // nil where there is no Slurm
	workerMemory int64             // bytes that a worker in a job had for tasks; 0 before one connected
}

// Check parses the text, for a coordinator that is reached by a connection.
func (s *Scaling) Check(c client.Connection) error {
	s.Connection, s.Cores, s.IdleTimeout = c, 1, defaultIdleTimeout
	if s.Text == "" {
		if len(s.Options) > 0 {
			return cli.Usagef("options of sbatch (%s) need --slurm max=N", strings.Join(s.Options, " "))
		}
		return nil
	}
	for rest := s.Text; rest != ""; {
		var setting string
		if strings.HasPrefix(rest, "setup=") {
			setting, rest = rest, ""
		} else {
			setting, rest, _ = strings.Cut(rest, ",")
		}
		name, value, _ := strings.Cut(setting, "=")
		if err := s.set(name, value); err != nil {
			return cli.Usagef("--slurm %s: %s: %w", s.Text, setting, err)
		}
	}
	if s.maxJobs < 1 {
		return cli.Usagef("--slurm %s: give the maximum number of jobs, such as max=40", s.Text)
	}
	return s.Jobs.Check()
}

func (s *Scaling) set(name, value string) (err error) {
	switch name {
	case "max":
		s.maxJobs, err = strconv.Atoi(value)
	case "cores":
		s.Cores, err = strconv.Atoi(value)
	case "time":
		s.timeText = value
	case "mem-per-core":
		s.memoryText = value
	case "idle-timeout":
		s.IdleTimeout, err = time.ParseDuration(value)
	case "checkpoint":
		s.checkpoint, err = time.ParseDuration(value)
	case "setup":
		s.setup = []string{value}
	default:
		err = errors.New("the settings are max, cores, time, mem-per-core, idle-timeout, checkpoint and setup; options of sbatch come after --")
	}
	return err
}

// Start begins to submit jobs. Without --slurm it only cancels pending jobs once all tasks have settled, if the machine has Slurm.
func (s *Scaling) Start(r *root.Root, c *coordinator.Coordinator, log *slog.Logger) error {
	site, err := slurm.Find(os.Environ())
	if err != nil {
		if s.maxJobs > 0 {
			return cli.Usagef("--slurm: %w: start the coordinator on a machine that has sbatch and squeue", err)
		}
		return nil
	}
	request, err := s.Request(r, 1)
	if err != nil {
		return err
	}
	if s.maxJobs > 0 {
		log.Info("submitting Slurm jobs as the tasks need them", "max", s.maxJobs, "cancel all with", "scancel --name="+request.Name)
	}
	jobs := &rootJobs{site, *request, r.Private("submitting")}
	s.scaler = autoscale.Start(autoscale.Config{
		Batch: jobs, MaxJobs: s.maxJobs, Cores: s.Cores, Output: request.Log, UnansweredSince: jobs.unansweredSince(),
		Backlog: func() autoscale.Backlog { return s.backlog(c) }, Log: log,
	})
	return nil
}

// Stop ends the submissions; jobs continue. It is idempotent.
func (s *Scaling) Stop() {
	if s.scaler != nil {
		s.scaler.Stop()
		s.scaler = nil
	}
}

// Scaled answers control.VerbScaling.
func (s *Scaling) Scaled(ctx context.Context, r control.Scaling) (control.Scaled, error) {
	if s.scaler == nil {
		return control.Scaled{}, &control.Refusal{Kind: control.Unknown,
			Text: "the coordinator runs on a machine without Slurm; submit jobs on one that has it: eisweep slurm"}
	}
	return s.scaler.Scaled(ctx, r)
}

// backlog is the current backlog of a coordinator.
func (s *Scaling) backlog(c *coordinator.Coordinator) autoscale.Backlog {
	known := c.Workers()
	return backlogOf(c.Snapshot(), known, c.Needs(s.jobMemory(known.Workers)))
}

// jobMemory is how many bytes a worker in a job has for tasks: as the connected ones report, or the last ones did, else what a job
// requests; 0 if unknown.
func (s *Scaling) jobMemory(known []control.Worker) int64 {
	var memory int64
	for i := range known {
		if w := &known[i]; !w.IsAbsent() && strings.HasPrefix(w.Job, jobPrefix) {
			memory = max(memory, w.Memory)
		}
	}
	s.workerMemory = cmp.Or(memory, s.workerMemory)
	return cmp.Or(s.workerMemory, s.memory*int64(s.Cores))
}

// jobPrefix is the prefix of the name of a worker's job.
const jobPrefix = "slurm "

// backlogOf is the backlog of a snapshot and its workers, with the number of tasks that need a further worker now.
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
		if w.IsAbsent() {
			continue
		}
		b.FreeSlots += freeSlots(w)
		if id, ok := strings.CutPrefix(w.Job, jobPrefix); ok {
			b.WorkerJobs = append(b.WorkerJobs, id)
		}
	}
	return b
}

// freeSlots are the slots in which a worker could run further tasks. A worker that has just refused a task for lack of memory has
// none.
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
	marker  string // a file that exists while a submission is not answered
}

func (j *rootJobs) Jobs(ctx context.Context) ([]slurm.Job, error) {
	return j.site.Jobs(ctx, j.request.Name)
}

// Submit creates the marker first, for the coordinator that starts after a crash.
func (j *rootJobs) Submit(ctx context.Context, n int) (string, error) {
	if err := atomicfile.Write(j.marker, nil, 0o600); err != nil {
		return "", fmt.Errorf("mark submission: %w", err)
	}
	request := j.request
	request.Workers = n
	id, err := j.site.Submit(ctx, &request)
	var failed *slurm.CommandError
	if err == nil || errors.As(err, &failed) && failed.Refused() {
		os.Remove(j.marker) // if that fails, the next submission is delayed
	}
	return id, err
}

func (j *rootJobs) Cancel(ctx context.Context, ids ...string) error {
	return j.site.Cancel(ctx, ids...)
}

// unansweredSince is when a submission without an answer began; zero if there is none.
func (j *rootJobs) unansweredSince() time.Time {
	info, err := os.Stat(j.marker)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
