package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/internal/root"
)

// startElsewhere starts a worker on each host by the system's ssh. They outlive
// the connection; `eisweep drain` ends them.
func (w *workerCommand) startElsewhere(cmd *cobra.Command, e *environment, r *root.Root) error {
	self, err := ownProgram()
	if err != nil {
		return err
	}
	command := "nohup " + quoted(self) + " worker -p " + quoted(r.Path())
	without := []string{"on", "path", "json", "nats", "nats-context"}
	for _, o := range w.files() {
		without = append(without, strings.TrimPrefix(o[0], "--"))
	}
	for _, option := range optionsGiven(cmd, without...) {
		command += " " + quoted(option)
	}
	command += w.connection.options()
	var failed []error
	for host := range strings.SplitSeq(w.on, ",") {
		host = strings.TrimSpace(host)
		if host == "" || strings.HasPrefix(host, "-") {
			failed = append(failed, usage("--on %s: %q is no host", w.on, host))
			continue
		}
		log := r.Private("logs", "worker."+fileName(host)+".log")
		pid, err := startOn(cmd.Context(), host, command, log)
		if err != nil {
			failed = append(failed, failure(exitLost, "%s: %w", host, err))
			continue
		}
		e.say("%s: %s (process %s; log %s)", host, command, pid, log)
	}
	if len(failed) == 0 {
		e.say("they end with: eisweep drain HOST%s, or --all", e.rootFlag+w.options())
	}
	return errors.Join(failed...)
}

// detached leaves the command running on its own and tells its process. One that
// ends at once has told why in its log, which isn't followed elsewhere.
const detached = `[ ! -L %[2]s ] || { echo %[2]s is a link: remove it >&2; exit 1; }; %[1]s >>%[2]s 2>&1 </dev/null & p=$!; sleep 1; kill -0 $p 2>/dev/null || { tail -n 5 %[2]s >&2; exit 1; }; echo $p`

func startOn(ctx context.Context, host, command, log string) (pid string, err error) {
	var told bytes.Buffer
	ssh := exec.CommandContext(ctx, "ssh", "-o", "BatchMode=yes", host, fmt.Sprintf(detached, command, quoted(log)))
	ssh.Stderr = &told
	out, err := ssh.Output()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("there is no ssh on this machine")
	case err != nil:
		return "", fmt.Errorf("the worker was not started: %w: %s", err, strings.TrimSpace(told.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

// fileName is a host as a part of a file's name.
func fileName(host string) string {
	return strings.Map(func(c rune) rune {
		if c == '/' || c == 0 {
			return '_'
		}
		return c
	}, host)
}
