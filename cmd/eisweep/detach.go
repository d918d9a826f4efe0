package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"eisweep/internal/root"
)

// detachTime is how long a coordinator may take to answer; one that restores a
// million tasks takes a while.
const detachTime = 5 * time.Minute

// detach starts the coordinator as a process of its own, which outlives the shell,
// and returns when it answers.
func (s *service) detach(ctx context.Context, cmd *cobra.Command, e *environment, path string) error {
	r, err := root.Open(path)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return failure(exitInternal, "find own program: %w", err)
	}
	name := r.Private("logs", "coordinator.log")
	log, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	defer log.Close()
	begun, err := log.Seek(0, 2)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	args := append([]string{"coordinator", "-p", r.Path()}, optionsGiven(cmd, "detach", "path")...)
	if len(s.slurm.options) > 0 {
		args = append(append(args, "--"), s.slurm.options...)
	}
	c := exec.Command(self, args...)
	c.Stdout, c.Stderr, c.SysProcAttr = log, log, &syscall.SysProcAttr{Setsid: true}
	if err := c.Start(); err != nil {
		return fmt.Errorf("start coordinator: %w", err)
	}
	ended := make(chan struct{})
	go func() { c.Wait(); close(ended) }()
	if err := s.awaitAnswer(ctx, e, r, c.Process.Pid, ended); err != nil {
		return err
	}
	select {
	case <-ended:
		return &exitError{max(1, c.ProcessState.ExitCode()), errors.New(told(log, begun))}
	default:
	}
	e.say("the coordinator runs (process %d; log %s); it ends with: kill %d", c.Process.Pid, name, c.Process.Pid)
	e.say("start workers on any machine that shares the folder: eisweep worker%s%s", e.rootFlag, s.options())
	return nil
}

// awaitAnswer returns when the coordinator of that process answers, or has ended.
func (s *service) awaitAnswer(ctx context.Context, e *environment, r *root.Root, pid int, ended <-chan struct{}) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	timeout := time.After(detachTime)
	for {
		select {
		case <-ended:
			return nil
		case <-ctx.Done():
			return orInterrupted(ctx, ctx.Err())
		case <-timeout:
			return failure(exitLost, "the coordinator does not answer after %v; its log is %s", detachTime, r.Private("logs", "coordinator.log"))
		case <-ticker.C:
		}
		client, err := openClient(ctx, e, r, &s.connection)
		if err != nil {
			continue
		}
		client.close()
		if client.pong.PID == pid {
			return nil
		}
	}
}

// told is the error that a process left at the end of its log.
func told(log *os.File, begun int64) string {
	var text bytes.Buffer
	if info, err := log.Stat(); err == nil {
		b := make([]byte, info.Size()-begun)
		n, _ := log.ReadAt(b, begun)
		text.Write(b[:n])
	}
	var errs []string
	for line := range strings.Lines(text.String()) {
		if said, ok := strings.CutPrefix(line, "eisweep: "); ok {
			errs = append(errs, strings.TrimSpace(said))
		}
	}
	return orElse(strings.Join(errs, "\n"), "the coordinator ended: "+log.Name()+" tells why")
}
