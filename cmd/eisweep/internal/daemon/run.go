package daemon

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/ownership"
	"eisweep/cmd/eisweep/internal/telemetry"
	"eisweep/internal/atomicfile"
	"eisweep/internal/lease"
	"eisweep/internal/root"
)

// What a coordinator logs when it answers commands, and when it stands by.
const (
	ReadyMessage   = "the coordinator is ready"
	StandbyMessage = "standing by: this coordinator continues when the present owner of the root ends or is cut off"
)

// standBy says which owner this process waits for.
func (s *Service) standBy(owner root.Holder) {
	if s.website != nil {
		process := telemetry.Standby{Version: cli.Version()}
		s.website.monitor.Serve(process, process.Registry())
	}
	s.log.Info(StandbyMessage, "owner", cmp.Or(owner.Command, "unknown"), "process", owner.PID, "host", owner.Host)
}

// Run manages the root until a signal comes, or it cannot continue. When the root's storage does not answer for too long, it stops
// serving, and starts again when the storage is back, unless the root has another owner then. A standby then stands by.
func (s *Service) Run(ctx context.Context, e *cli.Env, path string, log *slog.Logger) error {
	s.log = log
	cli.IgnoreBrokenPipe()
	wait := client.Retry{Message: "the storage of the root does not answer; waiting for it", Log: s.log}
	var disowned bool
	for {
		err := s.runOnce(ctx, e, path)
		if s.standby && ctx.Err() == nil && (errors.Is(err, lease.ErrLost) || errors.Is(err, root.ErrLockLost)) {
			s.log.Warn("standing by again", "error", err)
			continue
		}
		disowned = disowned || errors.Is(err, ownership.ErrExpired)
		if !disowned || ctx.Err() != nil || !errors.Is(err, ownership.ErrExpired) && !atomicfile.IsStorage(err) {
			return err
		}
		if err := wait.Wait(ctx, err); err != nil {
			return client.UnlessStopped(ctx, s.log, err)
		}
		if lost := s.lastLease.Verify(ctx); errors.Is(lost, lease.ErrLost) && !s.standby {
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
	s.rotate = false // once, not whenever it owns the root again
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
