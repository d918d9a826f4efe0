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

// ErrAbsent is wrapped by Find's error if Slurm's commands are not on the PATH, and by the error of a command that finds no
// configuration of Slurm.
var ErrAbsent = errors.New("there is no Slurm on this machine")

// Commands runs Slurm's commands. Find makes one; the zero value has an empty environment.
type Commands struct {
	environment []string
}

// Find looks for Slurm's commands. They, and the jobs that sbatch submits, get this environment without the variables that Slurm sets
// in a job, and without those that change the format of answers.
func Find(environment []string) (*Commands, error) {
	for _, name := range []string{"sbatch", "squeue", "scancel"} {
		if _, err := exec.LookPath(name); err != nil {
			return nil, fmt.Errorf("find %s: %w", name, ErrAbsent)
		}
	}
	for _, v := range environment { // only sbatch reads it, but squeue must list jobs on the same cluster
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

// isOfJob reports whether Slurm sets a variable in a job, so that sbatch would pass it on to another job.
func isOfJob(variable string) bool {
	return strings.HasPrefix(variable, "SLURM_") && !slices.Contains(ofSite, variable) || variable == "EISWEEP_DEADLINE"
}

// ofSite are the variables that identify the Slurm installation and the user.
var ofSite = []string{"SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_CLUSTERS", "SLURM_JWT"}

// commandTimeout is how long a command may take. Slurm's own timeout for a message is 10 s by default, and 60 s at large sites.
const commandTimeout = 90 * time.Second

// waitDelay is how long a process that a command left behind may keep its output open: sites often wrap Slurm's commands in scripts.
const waitDelay = 5 * time.Second

// CommandError is the failure of a Slurm command.
type CommandError struct {
	Command string
	Text    string // its error message
	err     error
}

func (e *CommandError) Error() string {
	if e.Text == "" {
		return fmt.Sprintf("%s: %v", e.Command, e.err)
	}
	return e.Command + ": " + e.Text
}

func (e *CommandError) Unwrap() error { return e.err }

// refusals are parts of messages which show that no job was submitted.
var refusals = []string{"invalid", "batch job submission failed", "unrecognized option", "not permitted", "violates", "unable to open file"}

// doubts are parts of messages which leave that open.
var doubts = []string{"unable to contact", "timed out", "connection", "communication", "socket", "resource temporarily unavailable",
	"zero bytes"}

// Refused reports whether the command certainly did nothing.
func (e *CommandError) Refused() bool {
	message := strings.ToLower(e.Text)
	within := func(text string) bool { return strings.Contains(message, text) }
	return slices.ContainsFunc(refusals, within) && !slices.ContainsFunc(doubts, within)
}

// TooMany reports whether the command was refused because the array has more elements than the site allows (MaxArraySize).
func (e *CommandError) TooMany() bool {
	return e.Refused() && strings.Contains(strings.ToLower(e.Text), "invalid job array")
}

// unconfigured are parts of the messages of a command that does not find its slurm.conf.
var unconfigured = []string{"could not establish a configuration source", "unable to process configuration file"}

// run runs a command to its end and returns its stdout.
func (c *Commands) run(ctx context.Context, stdin, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
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
		err = nil // the command itself succeeded
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("no answer: %w", ctx.Err())
	}
	if err != nil {
		message := oneLine(name, errs.String())
		if slices.ContainsFunc(unconfigured, func(text string) bool { return strings.Contains(strings.ToLower(message), text) }) {
			err = ErrAbsent
		}
		return "", &CommandError{Command: name, Text: message, err: err}
	}
	return string(out), nil
}

// oneLine joins the lines of a command's message, without the command's name and repeated lines.
func oneLine(name, message string) string {
	var out []string
	for line := range strings.Lines(message) {
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
