package slurm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// ErrAbsent is wrapped by Find's error where Slurm's commands are not on the PATH, and by
// that of a command which is there, but knows no Slurm.
var ErrAbsent = errors.New("there is no Slurm on this machine")

// Commands are Slurm's. The zero value has no environment; Find makes one.
type Commands struct {
	environment []string
}

// Find looks for Slurm's commands, which will have this environment, and sbatch's jobs
// with them, but for what Slurm told the job that asks, if it is one, and for what
// changes the form of answers.
func Find(environment []string) (*Commands, error) {
	for _, name := range []string{"sbatch", "squeue", "scancel"} {
		if _, err := exec.LookPath(name); err != nil {
			return nil, fmt.Errorf("find %s: %w", name, ErrAbsent)
		}
	}
	for _, v := range environment { // sbatch alone reads it, but jobs are counted where they were submitted
		if cluster, ok := strings.CutPrefix(v, "SBATCH_CLUSTERS="); ok {
			environment = append(slices.Clone(environment), "SLURM_CLUSTERS="+cluster)
		}
	}
	kept := slices.DeleteFunc(slices.Clone(environment), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return isOfJob(name) || name == "SBATCH_WAIT" || strings.HasPrefix(name, "SQUEUE_") || strings.HasPrefix(name, "SCANCEL_")
	})
	return &Commands{kept}, nil
}

// isOfJob tells what Slurm sets in a job, and sbatch would hand on to another.
func isOfJob(variable string) bool {
	return strings.HasPrefix(variable, "SLURM_") && !slices.Contains(ofSite, variable) || variable == "EISWEEP_DEADLINE"
}

// ofSite are variables that say which Slurm is meant, and who asks.
var ofSite = []string{"SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_CLUSTERS", "SLURM_JWT"}

// answerTime is how long a command may take. Slurm's own time for a message is 10 s
// by default, and 60 s at large sites.
const answerTime = 90 * time.Second

// waitDelay is how long what a command started, and left behind, may keep its output
// open: a site's commands are often scripts around Slurm's.
const waitDelay = 5 * time.Second

// CommandError is why a command of Slurm's failed, in its words.
type CommandError struct {
	Command string
	Text    string // what it said
	err     error
}

func (e *CommandError) Error() string {
	if e.Text == "" {
		return fmt.Sprintf("%s: %v", e.Command, e.err)
	}
	return e.Command + ": " + e.Text
}

func (e *CommandError) Unwrap() error { return e.err }

// refusals are what the controller says when it has taken no job.
var refusals = []string{"invalid", "batch job submission failed", "unrecognized option", "not permitted", "violates", "unable to open file"}

// doubts are what it says when nobody knows.
var doubts = []string{"unable to contact", "timed out", "connection", "communication", "socket", "resource temporarily unavailable", "zero bytes"}

// Refused says that the command certainly did nothing.
func (e *CommandError) Refused() bool {
	said := strings.ToLower(e.Text)
	within := func(text string) bool { return strings.Contains(said, text) }
	return slices.ContainsFunc(refusals, within) && !slices.ContainsFunc(doubts, within)
}

// TooMany says that it was refused since the array has more elements than the site allows
// (MaxArraySize).
func (e *CommandError) TooMany() bool {
	return e.Refused() && strings.Contains(strings.ToLower(e.Text), "invalid job array")
}

// unconfigured is what a command says that doesn't find its slurm.conf.
var unconfigured = []string{"could not establish a configuration source", "unable to process configuration file"}

// run runs a command to its end and returns its stdout.
func (c *Commands) run(ctx context.Context, stdin, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = waitDelay
	var errs bytes.Buffer
	cmd.Env, cmd.Stdin, cmd.Stderr = c.environment, strings.NewReader(stdin), &errs
	if name != "sbatch" {
		cmd.Env = append(slices.Clone(cmd.Env), "LC_ALL=C", "SLURM_TIME_FORMAT=%s")
	}
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // it succeeded
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("no answer: %w", ctx.Err())
	}
	if err != nil {
		said := words(name, errs.String())
		if slices.ContainsFunc(unconfigured, func(text string) bool { return strings.Contains(strings.ToLower(said), text) }) {
			err = ErrAbsent
		}
		return "", &CommandError{Command: name, Text: said, err: err}
	}
	return string(out), nil
}

// words are what a command said, in one line and without its name.
func words(name, said string) string {
	var out []string
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		for _, start := range []string{name + ": ", "error: ", "fatal: "} {
			line = strings.TrimPrefix(line, start)
		}
		if line != "" && !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "; ")
}
