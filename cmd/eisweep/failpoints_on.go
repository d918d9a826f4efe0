//go:build failpoints

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/worker"
)

// failpoint makes the attempts at a seed's tasks fail: of run 1 only (once), so
// that a rerun succeeds, or of every run (always).
type failpoint struct {
	kind   string // numeric, storage or kill
	seed   uint32
	always bool
}

// readFailpoints reads EISWEEP_FAILPOINTS: "numeric:seed=3 kill:seed=12:always
// lease=2s", the last of which is how long a worker may be silent.
func readFailpoints(text string) (points []failpoint, lease time.Duration, err error) {
	for _, word := range strings.Fields(text) {
		if value, ok := strings.CutPrefix(word, "lease="); ok {
			if lease, err = time.ParseDuration(value); err != nil {
				return nil, 0, usage("EISWEEP_FAILPOINTS: %w", err)
			}
			continue
		}
		parts := strings.Split(word, ":")
		if len(parts) < 2 || len(parts) > 3 || !strings.HasPrefix(parts[1], "seed=") {
			return nil, 0, usage("EISWEEP_FAILPOINTS: %q is not KIND:seed=N[:once|:always]", word)
		}
		seed, err := strconv.ParseUint(parts[1][len("seed="):], 10, 32)
		if err != nil {
			return nil, 0, usage("EISWEEP_FAILPOINTS: %q: %w", word, err)
		}
		points = append(points, failpoint{parts[0], uint32(seed), len(parts) == 3 && parts[2] == "always"})
	}
	return points, lease, nil
}

// plantFailpoints makes a worker fail as EISWEEP_FAILPOINTS says.
func plantFailpoints(e *environment, c *worker.Config) error {
	points, lease, err := readFailpoints(e.getenv("EISWEEP_FAILPOINTS"))
	if err != nil {
		return err
	}
	c.Runner = &failingRunner{worker.Model(), points}
	c.Backoff = 10 * time.Millisecond
	if lease > 0 {
		c.Heartbeat, c.Listen = lease/5, lease/2
	}
	return nil
}

// leaseTime is how long a worker may be silent; 0 is what the queue has.
func leaseTime(e *environment) time.Duration {
	_, lease, err := readFailpoints(e.getenv("EISWEEP_FAILPOINTS"))
	if err != nil {
		return 0
	}
	return lease
}

// failingRunner runs tasks but for those that it makes fail.
type failingRunner struct {
	worker.Runner
	points []failpoint
}

func (f *failingRunner) Run(ctx context.Context, job *worker.Job, observe func(sim.Progress)) (results.Receipt, error) {
	for _, p := range f.points {
		if p.seed != job.Task.Seed || runOf(job) > 1 && !p.always {
			continue
		}
		switch p.kind {
		case "numeric":
			return results.Receipt{}, fmt.Errorf("failpoint: r of seed %d: %w", p.seed, sim.ErrNumeric)
		case "storage":
			return results.Receipt{}, errors.New("failpoint: write result: no space left on device")
		case "kill":
			syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
			<-ctx.Done()
		}
	}
	return f.Runner.Run(ctx, job, observe)
}

// runOf reads the run from the name of the result: id.run.attempt.h5.
func runOf(job *worker.Job) int {
	parts := strings.Split(filepath.Base(job.Path), ".")
	if len(parts) < 3 {
		return 0
	}
	run, _ := strconv.Atoi(parts[1])
	return run
}
