package hooks

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"eisweep/internal/root"
	"eisweep/internal/units"
)

// commandTime is how long a command may take.
const commandTime = time.Hour

// logOf is where the output of a command goes.
func logOf(r *root.Root, sweep string, event Event) string {
	return r.Private(directory, sweep+"."+string(event)+".log")
}

// run runs a command with the shell, in the root, waits until it ends, and says how, if it has succeeded. It has a session of its own:
// neither a signal to this process nor its end concern the command.
func run(ctx context.Context, r *root.Root, environment []string, d *delivery) (outcome string, err error) {
	log := logOf(r, d.Notice.Sweep, d.Notice.Event)
	out, err := openOutput(r, environment, log)
	if err != nil {
		return "", err
	}
	cmd := exec.Command("/bin/sh", "-c", d.Command)
	cmd.Dir, cmd.Stdout, cmd.Stderr = r.Path(), out.File, out.File
	cmd.Env = slices.Concat(environment, d.Notice.environment(r.SweepDir(d.Notice.Sweep)))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	out.Close() // the command has it
	if err != nil {
		return "", fmt.Errorf("start it: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	timer := time.NewTimer(commandTime)
	defer timer.Stop()
	select {
	case err := <-ended:
		out.wait()
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
