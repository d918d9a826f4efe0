package hooks

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
	"eisweep/internal/units"
)

// commandTime is how long a command may take.
const commandTime = time.Hour

// logOf is where the output of a command goes.
func logOf(r *root.Root, sweep string, event Event) string {
	return r.Private(directory, sweep+"."+string(event)+".log")
}

// run runs a command with the shell, in the root, waits until it ends, and says how, if it has succeeded. Its output goes to a file, so
// that it outlives this process. It has a session of its own: neither a signal to this process nor its end concern the command.
func run(ctx context.Context, r *root.Root, environment []string, d *delivery) (outcome string, err error) {
	log := logOf(r, d.Notice.Sweep, d.Notice.Event)
	out, err := atomicfile.OpenFile(log, os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil {
		err = out.Truncate(0)
	}
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	cmd := exec.Command("/bin/sh", "-c", d.Command)
	cmd.Dir, cmd.Stdout, cmd.Stderr = r.Path(), out, out
	cmd.Env = slices.Concat(environment, d.Notice.environment(r.SweepDir(d.Notice.Sweep)))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start it: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	timer := time.NewTimer(commandTime)
	defer timer.Stop()
	select {
	case err := <-ended:
		if err != nil {
			return "", fmt.Errorf("it ended with %w; its output is in %s", err, log)
		}
		return "exit code 0", nil
	case <-timer.C:
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		return "", fmt.Errorf("it did not end within %s and was killed (%w); its output is in %s", units.Duration(commandTime), <-ended, log)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// withoutZeros makes a text that may be in the environment.
func withoutZeros(text string) string { return strings.ReplaceAll(text, "\x00", "") }
