package slurmjobs

import (
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/root"
	"eisweep/internal/slurm"
)

// Jobs describes the jobs that run workers: the options of the command line, and what follows from them.
type Jobs struct {
	client.Connection
	Cores       int
	IdleTimeout time.Duration
	Options     []string // of sbatch

	timeText, memoryText string
	setup                []string
	checkpoint           time.Duration

	time   time.Duration
	memory int64
}

// AddFlags adds the options of `eisweep slurm` that describe a job.
func (s *Jobs) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&s.Cores, "cores", 1, "request `N` cores for each job, which runs N tasks in parallel")
	f.StringVar(&s.timeText, "time", "", "time limit of each job: a `TIME` such as 4h, or in sbatch's format (default: the partition's)")
	f.StringVar(&s.memoryText, "mem-per-core", "", "memory `SIZE` per core, such as 1G (default: the partition's)")
	f.StringArrayVar(&s.setup, "setup", nil, "`COMMAND` to run in the job before the worker, such as 'module load gcc'; repeatable")
	f.DurationVar(&s.IdleTimeout, "idle-timeout", defaultIdleTimeout, "workers exit after `DURATION` without a task")
	f.DurationVar(&s.checkpoint, "checkpoint", 0,
		"save a checkpoint of each task every `DURATION`: the most work that a crash loses (default 1m0s)")
}

// defaultIdleTimeout is how long a worker in a job waits for a task.
const defaultIdleTimeout = 10 * time.Minute

// Check parses the options and refuses wrong ones.
func (s *Jobs) Check() (err error) {
	if err := s.Connection.Check(); err != nil {
		return err
	}
	if s.Cores < 1 || s.IdleTimeout <= 0 || s.checkpoint < 0 {
		return cli.Usagef("--cores is 1 or more, --idle-timeout and --checkpoint are above 0")
	}
	if err := slurm.CheckOptions(s.Options); err != nil {
		return cli.Usagef("%w", err)
	}
	if s.timeText != "" {
		if s.time, err = slurm.ParseLimit(s.timeText); err != nil {
			return cli.Usagef("--time %s: %w", s.timeText, err)
		}
	}
	if s.memoryText != "" {
		if s.memory, err = cli.ParseSize(s.memoryText); err != nil {
			return cli.Usagef("--mem-per-core %s: %w", s.memoryText, err)
		}
	}
	return nil
}

// Request is a request for so many jobs that run workers of a root.
func (s *Jobs) Request(r *root.Root, workers int) (*slurm.Request, error) {
	self, err := cli.OwnProgram()
	if err != nil {
		return nil, err
	}
	logs, err := r.ProcessLogs()
	if err != nil {
		return nil, cli.Usagef("jobs that you submit could not write logs: %w; the root's owner can submit them, "+
			"or share the root with --share-workers", err)
	}
	worker := cli.ShellQuote(self) + " worker -p " + cli.ShellQuote(r.Path()) + " --idle-timeout " + s.IdleTimeout.String()
	if s.checkpoint > 0 {
		worker += " --checkpoint " + s.checkpoint.String()
	}
	request := &slurm.Request{
		Name: slurm.JobName(r.ID()), Workers: workers, Cores: s.Cores, Time: s.time, MemoryPerCore: s.memory,
		Log: filepath.Join(logs, "slurm"), Setup: s.setup, Worker: worker + s.Connection.CommandLine(), Options: s.Options,
	}
	if err := request.Check(); err != nil {
		return nil, cli.Usagef("%w", err)
	}
	return request, nil
}
