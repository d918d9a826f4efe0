package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/ownership"
	"eisweep/cmd/eisweep/internal/views"
	"eisweep/coordinator"
	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/queue"
	"eisweep/worker"
)

// session is what `run` and `rerun` have open: the root, which they own, an embedded NATS server with the queue on it, the coordinator
// and the worker. No other process uses that queue.
type session struct {
	root        *ownership.Root
	server      *natsserver.Server
	store       string // the directory of the server's store
	queue       *queue.Queue
	coordinator *coordinator.Coordinator
	worker      *worker.Worker
	dashboard   *dashboard
	log         *slog.Logger
	lines       display.LineBuffer
}

// Limits of how long the end of a session may take: the hand-back of running tasks after the first signal, then the end of those
// that were not handed back.
const (
	drainTimeout = time.Second
	stopTimeout  = 500 * time.Millisecond
)

// openSession opens everything but the worker. On an error nothing stays open.
func openSession(ctx context.Context, e *cli.Env, path string, log *slog.Logger, http *views.Options) (_ *session, err error) {
	cli.IgnoreBrokenPipe()
	s := &session{log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.root, err = ownership.Open(ctx, e, path, log, e.Notef); err != nil {
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
		Root: s.root.Root, Ownership: s.root.Lease, Queue: s.queue, Prober: prober, Version: cli.Version(), Log: s.log,
		SoleOwner: true, OnLine: s.lines.Add, Store: s.store, Hooks: allowHooks(),
	}
	if err := cli.ApplyCoordinatorFailpoints(e, &c); err != nil {
		return nil, err
	}
	s.coordinator, err = coordinator.Start(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("start coordinator: %w", err)
	}
	return s, s.openDashboard(e, http)
}

func (s *session) openQueue(ctx context.Context, e *cli.Env) error {
	var err error
	if s.store, err = s.root.Store(ownership.StateHome(e)); err != nil {
		return err
	}
	if s.server, err = natsserver.Start(natsserver.Options{StoreDir: s.store, Name: "eisweep-" + s.root.ID(), Log: s.log}); err != nil {
		return fmt.Errorf("start queue: %w", err)
	}
	own := natsconn.Options{Server: s.server, RootID: s.root.ID(), Log: s.log}
	if s.queue, err = queue.Open(ctx, queue.Options{Options: own, Create: true}); err != nil {
		return fmt.Errorf("open queue: %w", err)
	}
	return nil
}

// startWorker starts a worker in this process with so many slots. It ends with the session, not with the context that a signal
// ends.
func (s *session) startWorker(ctx context.Context, e *cli.Env, slots int) error {
	host, err := os.Hostname()
	if err != nil {
		return cli.Errorf(cli.ExitInternal, "name host: %w", err)
	}
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	c := worker.Config{
		Prober: prober, Root: s.root.Root, Queue: s.queue, Version: cli.Version(),
		Name: fmt.Sprintf("%s-%d", host, os.Getpid()), Host: host,
		Slots: slots, OnMemoryChange: cli.TuneGC(e), Log: s.log,
	}
	if err := cli.ApplyWorkerFailpoints(e, &c); err != nil {
		return err
	}
	if s.worker, err = worker.Start(context.WithoutCancel(ctx), c); err != nil {
		return fmt.Errorf("start worker: %w", err)
	}
	return nil
}

// stopWorker ends tasks that were not handed back. A task that is setting itself up reacts late; nothing that it does counts any
// more, and it ends with the process.
func (s *session) stopWorker() {
	stopped := make(chan struct{})
	go func(w *worker.Worker) {
		w.Stop()
		close(stopped)
	}(s.worker)
	select {
	case <-stopped:
	case <-time.After(stopTimeout):
	}
}

// close ends everything in order: running tasks are handed back, committed results
// placed, the queue and its server closed, the root released. It is idempotent.
func (s *session) close() error {
	var errs []error
	s.dashboard.close()
	s.dashboard = nil
	if s.worker != nil {
		drain, cancel := context.WithTimeout(context.Background(), drainTimeout)
		if err := s.worker.Drain(drain); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			errs = append(errs, fmt.Errorf("stop worker: %w", err))
		}
		cancel()
		s.stopWorker()
		s.worker = nil
	}
	if s.coordinator != nil {
		flush, cancel := context.WithTimeout(context.Background(), ownership.FlushTimeout)
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
		errs = append(errs, s.root.Close())
		s.root = nil
	}
	return errors.Join(errs...)
}
