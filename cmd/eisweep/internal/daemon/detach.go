package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/ownership"
	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
)

// How long a new coordinator may take to answer, since restoring a million tasks takes a while; how long it may take after it logged that
// it is ready; and after what time the command says what it waits for.
const (
	answerTimeout = 5 * time.Minute
	reachTimeout  = 20 * time.Second
	quietTimeout  = 5 * time.Second
)

// Detach starts the coordinator as a process of its own, which outlives the shell, and returns when it answers or stands by.
func (s *Service) Detach(ctx context.Context, cmd *cobra.Command, e *cli.Env, path string) error {
	r, err := root.Open(path)
	if err != nil {
		return err
	}
	self, err := cli.OwnProgram()
	if err != nil {
		return err
	}
	logs, err := r.ProcessLogs()
	if err != nil {
		return err
	}
	name := filepath.Join(logs, "coordinator.log")
	log, err := atomicfile.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if errors.Is(err, atomicfile.ErrNotRegular) {
		return fmt.Errorf("open log: %w: %w", err, root.ErrUntrusted)
	}
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	defer log.Close()
	begun, err := log.Seek(0, 2)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	c := exec.Command(self, s.arguments(cmd, r)...)
	c.Dir = "/" // it keeps no file system from being unmounted
	c.Stdout, c.Stderr, c.SysProcAttr = log, log, &syscall.SysProcAttr{Setsid: true}
	if err := c.Start(); err != nil {
		return fmt.Errorf("start coordinator: %w", err)
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	if err := s.awaitAnswer(ctx, e, r, c.Process.Pid, ended, name, func() string { return logged(log, begun) }); err != nil {
		return errors.Join(err, terminate(c.Process, ended))
	}
	select {
	case <-ended:
		code := c.ProcessState.ExitCode()
		if code == cli.ExitOK { // a signal stopped it
			code = cli.ExitLost
		}
		return cli.WithCode(max(cli.ExitInternal, code), errors.New(loggedError(log, begun)))
	default:
	}
	if s.standby && !strings.Contains(logged(log, begun), ReadyMessage) {
		e.Linef("the coordinator stands by (process %d; log %s); stop it with: kill %d", c.Process.Pid, name, c.Process.Pid)
		return nil
	}
	e.Linef("the coordinator runs (process %d; log %s); stop it with: kill %d", c.Process.Pid, name, c.Process.Pid)
	e.Linef("start workers on any machine that shares the root directory: eisweep worker%s%s", e.RootFlag, s.CommandLine())
	return nil
}

// arguments are those of the detached coordinator.
func (s *Service) arguments(cmd *cobra.Command, r *root.Root) []string {
	without := []string{"detach", "path"}
	for _, o := range s.Files() {
		without = append(without, strings.TrimPrefix(o[0], "--"))
	}
	args := append([]string{"coordinator", "-p", r.Path()}, cli.ChangedFlags(cmd, without...)...)
	for _, o := range s.AbsoluteFiles() {
		args = append(args, o[0]+"="+o[1])
	}
	if len(s.slurm.Options) > 0 {
		args = append(append(args, "--"), s.slurm.Options...)
	}
	return args
}

// awaitAnswer returns when the coordinator of that process answers, stands by, or has ended. Its log has that name, and said returns
// what is in it.
func (s *Service) awaitAnswer(
	ctx context.Context, e *cli.Env, r *root.Root, pid int, ended <-chan struct{}, name string, said func() string,
) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	timeout, quiet := time.After(answerTimeout), time.After(quietTimeout)
	var unreachable <-chan time.Time // once it is ready
	var why error
	for {
		select {
		case <-ended:
			return nil
		case <-ctx.Done():
			return cli.OrInterrupted(ctx, ctx.Err())
		case <-timeout:
			return cli.Errorf(cli.ExitLost, "the coordinator does not answer after %v; its log is %s", answerTimeout, name)
		case <-unreachable:
			return cli.Errorf(cli.ExitLost, "the coordinator is ready, but this machine does not reach it (%s); "+
				"where that is its address, give another --advertise or --listen; its log is %s", reason(why), name)
		case <-quiet:
			e.Notef("waiting for the coordinator to answer; its log is %s", name)
		case <-ticker.C:
		}
		text := said()
		if unreachable == nil && strings.Contains(text, ReadyMessage) {
			unreachable = time.After(reachTimeout)
		}
		if unreachable == nil && s.standby && strings.Contains(text, StandbyMessage) {
			return nil
		}
		cl, err := client.OpenQuietly(ctx, e, r, &s.Connection)
		if err != nil {
			why = err
			continue
		}
		cl.Close()
		if cl.Pong.PID == pid {
			return nil
		}
	}
}

// reason is why a client found nobody, without a remedy.
func reason(err error) string {
	if absent := (*client.AbsentError)(nil); errors.As(err, &absent) {
		return absent.Summary()
	}
	return cli.FirstLine(err.Error())
}

// terminate ends a coordinator that did not answer.
func terminate(p *os.Process, ended <-chan struct{}) error {
	p.Signal(syscall.SIGTERM) // one that has ended needs none
	select {
	case <-ended:
		return nil
	case <-time.After(ownership.FlushTimeout):
		return cli.Errorf(cli.ExitLost, "the coordinator still runs (process %d)", p.Pid)
	}
}

// logged is what a process has written to its log since it began.
func logged(log *os.File, begun int64) string {
	info, err := log.Stat()
	if err != nil {
		return ""
	}
	b := make([]byte, max(0, info.Size()-begun))
	n, _ := log.ReadAt(b, begun) // what can be read suffices
	return string(b[:n])
}

// loggedError is the error that a process left at the end of its log.
func loggedError(log *os.File, begun int64) string {
	var errs []string
	for line := range strings.Lines(logged(log, begun)) {
		if said, ok := strings.CutPrefix(line, "eisweep: "); ok {
			errs = append(errs, strings.TrimSpace(said))
		}
	}
	return cmp.Or(strings.Join(errs, "\n"), "the coordinator ended; see "+log.Name()+"")
}
