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

// Request is for one array job, whose elements run a worker each.
type Request struct {
	// Name is that of the jobs (JobName).
	Name string
	// Workers is how many elements the array has, Cores how many cores each.
	Workers, Cores int
	// Time is a job's limit; 0 is the partition's. Slurm counts in minutes.
	Time time.Duration
	// MemoryPerCore is in bytes; 0 is the partition's.
	MemoryPerCore int64
	// Log is the absolute path of the jobs' output, without an end: .JOB_ELEMENT.log is
	// added.
	Log string
	// Setup are commands that a job runs before the worker, as a shell takes them.
	Setup []string
	// Worker is the command that runs a worker, as a shell takes it.
	Worker string
	// Options are the person's for sbatch. They come last, and so prevail.
	Options []string
}

// JobName is the name of all jobs for a root.
func JobName(rootID string) string { return "eisweep-" + rootID }

// jobID is what sbatch --parsable answers: the job, and the cluster where there are
// several.
var jobID = regexp.MustCompile(`^([0-9]+)(;\S+)?$`)

// Submit submits the request, once, and returns the job's id. The error is a
// *CommandError where sbatch failed; unless that is Refused, the job may be there.
func (c *Commands) Submit(ctx context.Context, r *Request) (id string, err error) {
	if err := r.Check(); err != nil {
		return "", fmt.Errorf("submit jobs: %w", err)
	}
	// On the command line as well: there they prevail over variables of the site's.
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
	return "", fmt.Errorf("submit jobs: %w", &CommandError{Command: "sbatch", Text: "it answered " + strconv.Quote(out) + ", which names no job", err: errAnswer})
}

// errAnswer says that a command answered, but not as it should.
var errAnswer = errors.New("the answer cannot be read")
