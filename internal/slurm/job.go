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

// Job is an element of an array job, as squeue lists it.
type Job struct {
	ID     string    `json:"id"`               // 4711_3
	State  string    `json:"state"`            // PENDING, RUNNING, …
	Reason string    `json:"reason,omitempty"` // why it is pending, as Slurm words it
	Start  time.Time `json:"start,omitzero"`   // actual or expected; zero: unknown
	End    time.Time `json:"end,omitzero"`     // by its time limit
	User   string    `json:"user"`
}

// Pending reports whether the job has not been started.
func (j *Job) Pending() bool { return j.State == "PENDING" }

// Configuring reports whether Slurm prepares the job's node.
func (j *Job) Configuring() bool { return j.State == "CONFIGURING" }

// Running reports whether the job's processes run: it is neither suspended nor ending.
func (j *Job) Running() bool { return j.State == "RUNNING" }

// stuck matches reasons for which jobs are pending until somebody changes something.
var stuck = regexp.MustCompile(`(?i)held|^DependencyNeverSatisfied|^Invalid|^BadConstraints|` +
	`^Partition(TimeLimit|NodeLimit|Inactive)|PerJob|^AccountNotAllowed|^QOSNotAllowed`)

// Stuck reports whether the job is pending for a reason that lasts until somebody changes something.
func (j *Job) Stuck() bool { return j.Pending() && stuck.MatchString(strings.Trim(j.Reason, "()")) }

// format lists the fields of a Job. The reason comes last because it may contain the separator.
const format = "%i|%T|%S|%e|%u|%r"

// Jobs lists the pending and running jobs of a name. An answer that cannot be parsed is an error, not an empty list.
func (c *Commands) Jobs(ctx context.Context, name string) ([]Job, error) {
	out, err := c.run(ctx, "", "squeue", "--noheader", "--array", "--name="+name, "--format="+format)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	jobs := []Job{}
	for line := range strings.Lines(out) {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "CLUSTER: ") { // SLURM_CLUSTERS is set
			continue
		}
		j, err := readJob(strings.TrimRight(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("list jobs: squeue: %w", err)
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

var elementID = regexp.MustCompile(`^[0-9]+(_[0-9]+)?$`)

func readJob(line string) (Job, error) {
	fields := strings.SplitN(line, "|", 6)
	if len(fields) != 6 || !elementID.MatchString(fields[0]) || fields[1] == "" {
		return Job{}, fmt.Errorf("%w: %q", errAnswer, line)
	}
	j := Job{ID: fields[0], State: fields[1], Start: parseTime(fields[2]), End: parseTime(fields[3]), User: fields[4]}
	if reason := strings.TrimSpace(fields[5]); reason != "None" {
		j.Reason = reason
	}
	return j, nil
}

// parseTime parses a Unix time; N/A and similar words are the zero time.
func parseTime(text string) time.Time {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && seconds > 0 {
		return time.Unix(seconds, 0)
	}
	return time.Time{}
}

// Cancel cancels those of the jobs that are pending; one that has started meanwhile continues. Jobs that no longer exist are no
// error.
func (c *Commands) Cancel(ctx context.Context, ids ...string) error {
	const maxIDs = 500 // on a command line
	for len(ids) > 0 {
		some := ids[:min(maxIDs, len(ids))]
		ids = ids[len(some):]
		_, err := c.run(ctx, "", "scancel", append([]string{"--quiet", "--state=PENDING"}, some...)...)
		var failed *CommandError
		if errors.As(err, &failed) && strings.Contains(failed.Text, "Invalid job id") {
			continue
		}
		if err != nil {
			return fmt.Errorf("cancel jobs: %w", err)
		}
	}
	return nil
}
