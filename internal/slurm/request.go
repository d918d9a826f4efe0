package slurm

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Request describes one array job, each of whose elements runs a worker.
type Request struct {
	// Name is the name of the jobs (JobName).
	Name string
	// Workers is the number of elements, Cores the number of cores of each.
	Workers, Cores int
	// Time is a job's time limit, which Slurm rounds up to minutes; 0 is the partition's.
	Time time.Duration
	// MemoryPerCore is in bytes; 0 is the partition's.
	MemoryPerCore int64
	// Log is the absolute path of the jobs' output without its suffix, .JOB_ELEMENT.log.
	Log string
	// Setup are shell commands that a job runs before the worker.
	Setup []string
	// Worker is the shell command that runs a worker.
	Worker string
	// Options are the user's options for sbatch. They come last, so they override the others.
	Options []string
}

// JobName is the name of all jobs for a root.
func JobName(rootID string) string { return "eisweep-" + rootID }

// jobID matches the answer of sbatch --parsable: the job, and the cluster if there are several.
var jobID = regexp.MustCompile(`^([0-9]+)(;\S+)?$`)

// Submit submits the request once and returns the job's id. If sbatch fails, the error is a *CommandError; unless that is Refused, the
// jobs may exist.
func (c *Commands) Submit(ctx context.Context, r *Request) (id string, err error) {
	if err := r.Check(); err != nil {
		return "", fmt.Errorf("submit jobs: %w", err)
	}
	// On the command line, options override the site's environment variables.
	args := append([]string{"--parsable"}, r.options()...)
	out, err := c.run(ctx, r.Script(), "sbatch", args...)
	if err != nil {
		return "", fmt.Errorf("submit jobs: %w", err)
	}
	for line := range strings.Lines(out) {
		if m := jobID.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			return m[1], nil
		}
	}
	return "", fmt.Errorf("submit jobs: %w",
		&CommandError{Command: "sbatch", Text: "it answered " + strconv.Quote(out) + ", which names no job", err: errAnswer})
}

// errAnswer is wrapped when a command's answer cannot be parsed.
var errAnswer = errors.New("the answer cannot be read")
