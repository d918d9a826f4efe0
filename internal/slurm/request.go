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

// reserved are the options that a request needs for itself: by them jobs are counted
// and found again.
var reserved = map[string]string{
	"--array": "how many jobs there are is said by --workers", "-a": "how many jobs there are is said by --workers",
	"--job-name": "jobs are found by their name", "-J": "jobs are found by their name",
	"--wrap":      "what a job runs is the worker",
	"--parsable":  "its answer is read already",
	"--test-only": "--print shows what would be submitted", "--wait": "the command returns when the jobs are submitted", "-W": "the command returns when the jobs are submitted",
}

// Check refuses what could not be submitted as it is meant.
func (r *Request) Check() error {
	if r.Workers < 1 || r.Cores < 1 || r.Time < 0 || r.MemoryPerCore < 0 {
		return errors.New("workers and cores are 1 or more, time and memory above 0")
	}
	for _, option := range r.Options {
		name, _, _ := strings.Cut(option, "=")
		if len(name) > 2 && name[0] == '-' && name[1] != '-' {
			name = name[:2] // -Jname
		}
		if why, ok := reserved[name]; ok {
			return fmt.Errorf("the option %s of sbatch is not free: %s", name, why)
		}
		if strings.ContainsAny(option, "\n\r\x00") {
			return fmt.Errorf("the option %q of sbatch has more than one line", option)
		}
	}
	if len(r.Options) > 0 && !strings.HasPrefix(r.Options[0], "-") {
		return fmt.Errorf("%q is no option of sbatch", r.Options[0])
	}
	return nil
}

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
