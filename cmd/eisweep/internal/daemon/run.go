package daemon

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/ownership"
	"eisweep/internal/atomicfile"
	"eisweep/internal/lease"
)

// ReadyMessage is what a coordinator logs when it answers commands.
const ReadyMessage = "the coordinator is ready"

// Run manages the root until a signal comes, or it cannot continue. When the root's storage does not answer for too long, it stops its
// NATS server, and starts again when the storage is back, unless the root has another owner then.
func (s *Service) Run(ctx context.Context, e *cli.Env, path string, log *slog.Logger) error {
	s.log = log
	cli.IgnoreBrokenPipe()
	wait := client.Retry{Message: "the storage of the root does not answer; waiting for it", Log: s.log}
	var disowned bool
	for {
		err := s.runOnce(ctx, e, path)
		disowned = disowned || errors.Is(err, ownership.ErrExpired)
		if !disowned || ctx.Err() != nil || !errors.Is(err, ownership.ErrExpired) && !atomicfile.IsStorage(err) {
			return err
		}
		if err := wait.Wait(ctx, err); err != nil {
			return client.UnlessStopped(ctx, s.log, err)
		}
		if lost := s.lastLease.Verify(ctx); errors.Is(lost, lease.ErrLost) {
			return lost
		} else if lost != nil {
			s.log.Debug("look for another owner", "error", lost)
		}
	}
}

// runOnce is Run without the restart, in place of which the error wraps ownership.ErrExpired.
func (s *Service) runOnce(ctx context.Context, e *cli.Env, path string) error {
	if err := s.open(ctx, e, path); err != nil {
		return client.UnlessStopped(ctx, s.log, err)
	}
	s.log.Info(ReadyMessage, "root", s.root.Path(), "nats", strings.Join(s.addresses(), " "), "version", cli.Version())
	s.log.Info("start workers on any machine that shares the root directory",
		"command", "eisweep worker -p "+cli.ShellQuote(s.root.Path())+s.CommandLine())
	err := s.waitForFailure(ctx)
	switch {
	case errors.Is(err, ownership.ErrExpired):
		if e := s.close(); e != nil {
			s.log.Warn("stop", "error", e)
		}
		return err
	case err != nil:
		return errors.Join(err, s.close())
	}
	s.log.Info("stopping; workers continue their tasks, and the next coordinator continues from here", "why", context.Cause(ctx))
	return s.close()
}
