package main

import (
	"path/filepath"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/internal/root"
	"eisweep/internal/slurm"
)

// slurmJobs is what each job of Slurm's is to be like.
type slurmJobs struct {
	client.Connection
	cores                int
	timeText, memoryText string
	setup, options       []string
	idle, checkpoint     time.Duration

	time   time.Duration
	memory int64
}

// check reads the texts.
func (s *slurmJobs) check() (err error) {
	if err := s.Connection.Check(); err != nil {
		return err
	}
	if s.cores < 1 || s.idle <= 0 || s.checkpoint < 0 {
		return cli.Usagef("--cores is 1 or more, --idle-timeout and --checkpoint are above 0")
	}
	if err := slurm.CheckOptions(s.options); err != nil {
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

// request is for so many jobs that work for a root.
func (s *slurmJobs) request(r *root.Root, workers int) (*slurm.Request, error) {
	self, err := cli.OwnProgram()
	if err != nil {
		return nil, err
	}
	logs, err := r.ProcessLogs()
	if err != nil {
		return nil, cli.Usagef("jobs that you submit could not leave logs: %w; the root's owner can submit them, or share it with --share-workers", err)
	}
	worker := cli.ShellQuote(self) + " worker -p " + cli.ShellQuote(r.Path()) + " --idle-timeout " + s.idle.String()
	if s.checkpoint > 0 {
		worker += " --checkpoint " + s.checkpoint.String()
	}
	request := &slurm.Request{
		Name: slurm.JobName(r.ID()), Workers: workers, Cores: s.cores, Time: s.time, MemoryPerCore: s.memory,
		Log: filepath.Join(logs, "slurm"), Setup: s.setup, Worker: worker + s.Connection.Options(), Options: s.options,
	}
	if err := request.Check(); err != nil {
		return nil, cli.Usagef("%w", err)
	}
	return request, nil
}
