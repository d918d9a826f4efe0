package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/coordinator"
	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/worker"
)

// session is what `run` and `rerun` have open: the root, which they own, a NATS
// server in this process with the queue on it, the coordinator and the worker.
// Nothing else works on that queue.
type session struct {
	root        *ownedRoot
	server      *natsserver.Server
	queue       *queue.Queue
	coordinator *coordinator.Coordinator
	worker      *worker.Worker
	log         *slog.Logger
	inbox       display.LineBuffer
}

// drainTime is how long running tasks may take to be handed back after the first
// signal, stopTime how long those that didn't may take to end, flushTime how long
// what was finished may take to reach the disk.
const (
	drainTime = time.Second
	stopTime  = 500 * time.Millisecond
	flushTime = 30 * time.Second
)

// orCoordinated is the error of a root in use; where a coordinator uses it, with
// how to give that one work.
func orCoordinated(err error) error {
	var inUse *root.InUseError
	if !errors.As(err, &inUse) || !client.IsCoordinator(inUse.Holder) {
		return err
	}
	h := inUse.Holder
	return cli.Errorf(cli.ExitInUse, "root %s has a coordinator (process %d on %s, since %s): `eisweep launch` gives it sweeps to run, `eisweep status` says how they stand; to run them here, stop it first",
		inUse.Path, h.PID, h.Host, h.Since.Local().Format(time.DateTime))
}

// commandLine is what was typed, for those who find the root in use.
func commandLine() string {
	return strings.Join(append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...), " ")
}

// openSession opens everything but the worker. On an error nothing stays open.
func openSession(ctx context.Context, e *cli.Env, path string, log *slog.Logger) (_ *session, err error) {
	cli.IgnoreBrokenPipe()
	s := &session{log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.root, err = openRoot(ctx, e, path, log, e.Notef); err != nil {
		return nil, err
	}
	if err := s.openQueue(ctx, e); err != nil {
		return nil, err
	}
	prober, err := cli.NewProber()
	if err != nil {
		return nil, err
	}
	c := coordinator.Config{
		Root: s.root.Root, Ownership: s.root.lease, Queue: s.queue, Prober: prober, Version: cli.Version(), Log: s.log, Exclusive: true, Noted: s.inbox.Add,
	}
	if err := cli.ApplyCoordinatorFailpoints(e, &c); err != nil {
		return nil, err
	}
	s.coordinator, err = coordinator.Start(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("start coordinator: %w", err)
	}
	return s, nil
}

func (s *session) openQueue(ctx context.Context, e *cli.Env) error {
	store, err := s.root.Store(stateHome(e))
	if err != nil {
		return err
	}
	if s.server, err = natsserver.Start(natsserver.Options{StoreDir: store, Name: "eisweep-" + s.root.ID(), Log: s.log}); err != nil {
		return fmt.Errorf("start queue: %w", err)
	}
	if s.queue, err = queue.Open(ctx, queue.Options{Options: natsconn.Options{Server: s.server, RootID: s.root.ID(), Log: s.log}, Create: true}); err != nil {
		return fmt.Errorf("open queue: %w", err)
	}
	return nil
}

// stateHome is where a user's state lies on this machine; "" if nobody says.
func stateHome(e *cli.Env) string {
	if dir := e.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "state")
}

// work starts a worker in this process that runs so many tasks at a time. It ends
// with the session, not with the context that a signal ends.
func (s *session) work(ctx context.Context, e *cli.Env, slots int) error {
	host, err := os.Hostname()
	if err != nil {
		return cli.Errorf(cli.ExitInternal, "name host: %w", err)
	}
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	c := worker.Config{
		Prober: prober, Root: s.root.Root, Queue: s.queue, Name: fmt.Sprintf("%s-%d", host, os.Getpid()), Host: host, Version: cli.Version(),
		Slots: slots, OnMemoryChange: collector(e), Log: s.log,
	}
	if err := cli.ApplyWorkerFailpoints(e, &c); err != nil {
		return err
	}
	if s.worker, err = worker.Start(context.WithoutCancel(ctx), c); err != nil {
		return fmt.Errorf("start worker: %w", err)
	}
	return nil
}

// stopWorker ends what was not handed back. A task that is busy setting itself up
// doesn't hear of it for a while; nothing that it does counts any more, and it ends
// with the process.
func (s *session) stopWorker() {
	stopped := make(chan struct{})
	go func(w *worker.Worker) {
		w.Stop()
		close(stopped)
	}(s.worker)
	select {
	case <-stopped:
	case <-time.After(stopTime):
	}
}

// close ends everything in order: running tasks are handed back, committed results
// placed, the queue and its server closed, the root given up. It is idempotent.
func (s *session) close() error {
	var errs []error
	if s.worker != nil {
		drain, cancel := context.WithTimeout(context.Background(), drainTime)
		if err := s.worker.Drain(drain); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			errs = append(errs, fmt.Errorf("stop worker: %w", err))
		}
		cancel()
		s.stopWorker()
		s.worker = nil
	}
	if s.coordinator != nil {
		flush, cancel := context.WithTimeout(context.Background(), flushTime)
		errs = append(errs, s.coordinator.Stop(flush))
		cancel()
		s.coordinator = nil
	}
	if s.queue != nil {
		s.queue.Close()
		s.queue = nil
	}
	if s.server != nil {
		s.server.Stop()
		s.server = nil
	}
	if s.root != nil {
		errs = append(errs, s.root.close())
		s.root = nil
	}
	return errors.Join(errs...)
}
