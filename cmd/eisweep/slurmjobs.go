package main

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"eisweep/internal/root"
	"eisweep/internal/slurm"
)

// slurmJobs is what each job of Slurm's is to be like.
type slurmJobs struct {
	connection
	cores                int
	timeText, memoryText string
	setup, options       []string
	idle, checkpoint     time.Duration

	time   time.Duration
	memory int64
}

// check reads the texts.
func (s *slurmJobs) check() (err error) {
	if err := s.connection.check(); err != nil {
		return err
	}
	if s.cores < 1 || s.idle <= 0 || s.checkpoint < 0 {
		return usage("--cores is 1 or more, --idle-timeout and --checkpoint are above 0")
	}
	if s.timeText != "" {
		if s.time, err = parseLimit(s.timeText); err != nil {
			return usage("--time %s: %w", s.timeText, err)
		}
	}
	if s.memoryText != "" {
		if s.memory, err = parseSize(s.memoryText); err != nil {
			return usage("--mem-per-core %s: %w", s.memoryText, err)
		}
	}
	return nil
}

// request is for so many jobs that work for a root.
func (s *slurmJobs) request(r *root.Root, workers int) (*slurm.Request, error) {
	self, err := ownProgram()
	if err != nil {
		return nil, err
	}
	worker := quoted(self) + " worker -p " + quoted(r.Path()) + " --idle-timeout " + s.idle.String()
	if s.checkpoint > 0 {
		worker += " --checkpoint " + s.checkpoint.String()
	}
	request := &slurm.Request{
		Name: slurm.JobName(r.ID()), Workers: workers, Cores: s.cores, Time: s.time, MemoryPerCore: s.memory,
		Log: r.Private("logs", "slurm"), Setup: s.setup, Worker: worker + s.connection.options(), Options: s.options,
	}
	if err := request.Check(); err != nil {
		return nil, usage("%w", err)
	}
	return request, nil
}

var errLimit = errors.New("a time is one such as 4h, 1h30m, or as Slurm has it: minutes, HH:MM:SS or D-HH:MM:SS")

// parseLimit reads a time limit: 4h, 1h30m, or Slurm's MINUTES, MM:SS, HH:MM:SS, D-HH,
// D-HH:MM and D-HH:MM:SS.
func parseLimit(text string) (time.Duration, error) {
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	days, rest, hasDays := strings.Cut(text, "-")
	units := []time.Duration{time.Minute, time.Second}
	if !hasDays {
		days, rest = "0", text
	}
	parts := strings.Split(rest, ":")
	if hasDays || len(parts) == 3 {
		units = []time.Duration{time.Hour, time.Minute, time.Second}
	}
	total, err := amount(days, 24*time.Hour)
	if len(parts) > len(units) || err != nil {
		return 0, errLimit
	}
	for i, part := range parts {
		d, err := amount(part, units[i])
		if err != nil {
			return 0, errLimit
		}
		total += d
	}
	if total <= 0 {
		return 0, errLimit
	}
	return total, nil
}

func amount(text string, unit time.Duration) (time.Duration, error) {
	n, err := strconv.ParseUint(text, 10, 20)
	return time.Duration(n) * unit, err
}
