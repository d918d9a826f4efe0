package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"eisweep/internal/root"
)

// startElsewhere starts a worker on each host by the system's ssh. They outlive
// the connection; `eisweep drain` ends them.
func (w *workerCommand) startElsewhere(cmd *cobra.Command, e *environment, r *root.Root) error {
	self, err := os.Executable()
	if err != nil {
		return failure(exitInternal, "find own program: %w", err)
	}
	command := "nohup " + quoted(self) + " worker -p " + quoted(r.Path())
	for _, option := range optionsGiven(cmd, "on", "path", "json", "nats", "nats-context") {
		command += " " + quoted(option)
	}
	for _, o := range [][2]string{{"--nats", w.servers}, {"--nats-context", w.context}} {
		if o[1] != "" { // may come from a variable, which the other host hasn't
			command += " " + o[0] + " " + quoted(o[1])
		}
	}
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
// ends at once has told why in its log.
const detached = `%[1]s >>%[2]s 2>&1 </dev/null & p=$!; sleep 1; kill -0 $p 2>/dev/null || { tail -n 5 %[2]s >&2; exit 1; }; echo $p`

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

// optionsGiven are the options of a command line but for some.
func optionsGiven(cmd *cobra.Command, without ...string) []string {
	var out []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains(without, f.Name) {
			out = append(out, "--"+f.Name+"="+f.Value.String())
		}
	})
	return out
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
