package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/root"
)

// startElsewhere starts a worker on each host by the system's ssh. The workers outlive the connection; `eisweep drain` ends them.
func (w *workerCommand) startElsewhere(cmd *cobra.Command, e *cli.Env, r *root.Root) error {
	self, err := cli.OwnProgram()
	if err != nil {
		return err
	}
	logs, err := r.ProcessLogs()
	if err != nil {
		return err
	}
	command := "nohup " + cli.ShellQuote(self) + " worker -p " + cli.ShellQuote(r.Path())
	without := []string{"on", "path", "json", "nats", "nats-context"}
	for _, o := range w.Files() {
		without = append(without, strings.TrimPrefix(o[0], "--"))
	}
	for _, option := range cli.ChangedFlags(cmd, without...) {
		command += " " + cli.ShellQuote(option)
	}
	command += w.Connection.CommandLine()
	var failed []error
	for host := range strings.SplitSeq(w.on, ",") {
		host = strings.TrimSpace(host)
		if host == "" || strings.HasPrefix(host, "-") {
			failed = append(failed, cli.Usagef("--on %s: %q is not a host", w.on, host))
			continue
		}
		log := filepath.Join(logs, "worker."+fileName(host)+".log")
		started, err := startOn(cmd.Context(), host, command, log)
		if err != nil {
			failed = append(failed, cli.Errorf(cli.ExitLost, "%s: %w", host, err))
			continue
		}
		if started.ended {
			e.Linef("%s: %s (process %s; log %s) has ended already: there was nothing to do", host, command, started.pid, log)
			continue
		}
		e.Linef("%s: %s (process %s; log %s)", host, command, started.pid, log)
	}
	if len(failed) == 0 {
		e.Linef("stop them with: eisweep drain HOST%s, or --all", e.RootFlag+w.CommandLine())
	}
	return errors.Join(failed...)
}

// detached starts the command in the background and prints its process id, and whether it has ended already, because there was nothing
// to do. If the command failed, it prints the end of its log to stderr.
const detached = `cd /
log=%[2]s
[ ! -L "$log" ] || { echo "$log is a link: remove it" >&2; exit 1; }
%[1]s >>"$log" 2>&1 </dev/null &
process=$!
sleep 1
if kill -0 $process 2>/dev/null; then echo "@runs $process"
elif wait $process; then echo "@ended $process"
else tail -n 5 "$log" >&2; exit 1
fi
`

// startedOn is a process on another host.
type startedOn struct {
	pid   string
	ended bool // already, without an error
}

// startOn starts a shell command on a host. The login shell there, which may be csh or fish, gets only the word sh; the script comes by
// stdin.
func startOn(ctx context.Context, host, command, log string) (startedOn, error) {
	var stderr bytes.Buffer
	ssh := exec.CommandContext(ctx, "ssh", "-o", "BatchMode=yes", host, "sh")
	ssh.Stdin, ssh.Stderr = strings.NewReader(fmt.Sprintf(detached, command, cli.ShellQuote(log))), &stderr
	out, err := ssh.Output()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return startedOn{}, errors.New("there is no ssh on this machine")
	case err != nil:
		return startedOn{}, fmt.Errorf("the worker was not started: %w: %s", err, cli.OneLine(strings.TrimSpace(stderr.String())))
	}
	for line := range strings.Lines(string(out)) { // a login shell may print a greeting first
		if pid, ok := strings.CutPrefix(line, "@runs "); ok {
			return startedOn{pid: strings.TrimSpace(pid)}, nil
		}
		if pid, ok := strings.CutPrefix(line, "@ended "); ok {
			return startedOn{strings.TrimSpace(pid), true}, nil
		}
	}
	return startedOn{}, fmt.Errorf("whether the worker was started is unknown: the host answered %q", out)
}

// fileName replaces the characters of a host's name that a file's name cannot contain.
func fileName(host string) string {
	return strings.Map(func(c rune) rune {
		if c == '/' || c == 0 {
			return '_'
		}
		return c
	}, host)
}
