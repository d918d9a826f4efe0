package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/ownership"
	"eisweep/cmd/eisweep/internal/slurmjobs"
	"eisweep/cmd/eisweep/internal/telemetry"
	"eisweep/cmd/eisweep/internal/views"
	"eisweep/coordinator"
	"eisweep/internal/access"
	"eisweep/internal/control"
	"eisweep/internal/lease"
	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
)

// Service is the process of `eisweep coordinator`: its options, and what it has open: the root, which it owns, an embedded NATS server
// or a connection to the site's, and the coordinator.
type Service struct {
	client.Connection
	listen, advertise string
	share             access.Share
	rotate            bool
	http              views.Options // of health, metrics and the dashboard
	allowHooks        []string      // hookCommand, hookWebhook
	ahead             time.Duration // for how long the queue holds tasks
	standby           bool          // wait while the root has another owner

	log         *slog.Logger
	root        *ownership.Root
	lastLease   *lease.Lease // of the root; kept when the root is closed
	authority   *access.Authority
	server      *natsserver.Server
	store       string // the directory of the server's store; "" without one
	queue       *queue.Queue
	coordinator *coordinator.Coordinator
	slurm       slurmjobs.Scaling
	stopServing func() // ends answering
	website     *website
	shown       atomic.Pointer[website] // while it shows the dashboard
}

// warn writes a warning to the log.
func (s *Service) warn(format string, args ...any) { s.log.Warn(fmt.Sprintf(format, args...)) }

// open opens everything. On an error nothing stays open.
func (s *Service) open(ctx context.Context, e *cli.Env, path string) (err error) {
	defer func() {
		if err == nil {
			return
		}
		if s.root != nil && s.isDisowned() {
			err = s.disownedError() // the expiry stopped the server, which caused the other errors
		}
		err = errors.Join(err, s.close())
	}()
	if s.http.Address != "" {
		if s.website, err = startWebsite(&s.http, s.log); err != nil {
			return err
		}
	}
	if s.standby {
		s.root, err = ownership.Await(ctx, e, path, s.log, s.standBy)
	} else {
		s.root, err = ownership.Open(ctx, e, path, s.log, s.warn)
	}
	if err != nil {
		return err
	}
	s.lastLease = s.root.Lease
	if s.External() {
		err = s.openSite(ctx, e)
	} else {
		err = s.openEmbedded(ctx, e)
	}
	if err != nil {
		return err
	}
	if err := s.startCoordinator(ctx, e); err != nil {
		return err
	}
	if s.website != nil {
		c := &telemetry.Coordinator{State: s.coordinator, Queue: s.queue, Root: s.root.Root,
			Settled: telemetry.NewSettled(s.root.Root), Version: cli.Version()}
		s.website.monitor.Serve(c, c.Registry())
		return s.showDashboard(e)
	}
	return nil
}

// openEmbedded starts the NATS server, connects to it, and leaves the access files.
func (s *Service) openEmbedded(ctx context.Context, e *cli.Env) error {
	var err error
	if s.store, err = s.root.Store(ownership.StateHome(e)); err != nil {
		return err
	}
	state, err := stateDir(e, s.root.Root)
	if err != nil {
		return err
	}
	if s.authority, err = access.OpenAuthority(state, s.root.Root, s.root.Lease.Epoch()); err != nil {
		return err
	}
	if s.rotate {
		if err := s.authority.Rotate(); err != nil {
			return err
		}
		s.log.Info("replaced all keys and certificates")
	}
	if s.listen != "" {
		if err := tryListen(s.listen); err != nil {
			return err
		}
	}
	options := s.authority.ServerOptions(s.address(state))
	options.StoreDir, options.Log = s.store, s.log
	if s.server, err = natsserver.Start(options); err != nil {
		return fmt.Errorf("start queue: %w", err)
	}
	go s.stopOnExpiry(s.server, s.root.Lease)
	savePort(state, s.server.Port())
	connect := queue.Options{Options: s.authority.Options(s.server), Create: true}
	connect.Name, connect.Log = client.Name(protocol.Coordinator), s.log
	if s.queue, err = queue.Open(ctx, connect); err != nil {
		return fmt.Errorf("open queue: %w", err)
	}
	return nil
}

// openSite connects to the site's NATS server, and waits until it is available.
func (s *Service) openSite(ctx context.Context, e *cli.Env) (err error) {
	options := queue.Options{
		Options: natsconn.Options{
			Site: s.Site(), RootID: s.root.ID(), Role: protocol.Coordinator, Name: client.Name(protocol.Coordinator), Log: s.log,
		},
		Create: true,
	}
	wait := client.Retry{Message: "NATS is unreachable; waiting for it", Log: s.log}
	for {
		if s.queue, err = queue.Open(ctx, options); err == nil {
			break
		}
		if !s.MayPass(err) {
			return fmt.Errorf("open queue: %w", err)
		}
		if err := wait.Wait(ctx, err); err != nil {
			return err
		}
	}
	if err := s.checkRival(ctx); err != nil {
		return err
	}
	if err := s.queue.RemoveEarlierLease(ctx); err != nil {
		s.log.Debug("open queue", "error", err)
	}
	return nil
}

// startCoordinator starts the coordinator, and leaves the access files once it answers.
func (s *Service) startCoordinator(ctx context.Context, e *cli.Env) error {
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	cli.LimitHeap(e)
	c := coordinator.Config{
		Root: s.root.Root, Ownership: s.root.Lease, Queue: s.queue, Prober: prober, Version: cli.Version(), Log: s.log, Ahead: s.ahead,
		Store: s.store, Problems: s.slurm.Problems, Hooks: s.allowedHooks(),
		Verbs: map[string]control.Handler{
			control.VerbScaling: control.Handle(s.slurm.Scaled), control.VerbDashboard: control.Handle(s.serveLink),
		},
	}
	if err := cli.ApplyCoordinatorFailpoints(e, &c); err != nil {
		return err
	}
	if s.coordinator, err = coordinator.Start(ctx, c); err != nil {
		return fmt.Errorf("start coordinator: %w", err)
	}
	if err := s.slurm.Start(s.root.Root, s.coordinator, s.log); err != nil {
		return err
	}
	if s.stopServing, err = s.coordinator.Serve(); err != nil {
		return err
	}
	if s.External() {
		return access.RemoveFiles(s.root.Root)
	}
	urls := s.server.URLs(s.advertise)
	if err := s.authority.WriteFiles(s.root.Root, urls, s.share); err != nil {
		return err
	}
	go s.maintainAccessFiles(s.authority, s.root, urls)
	return nil
}

// addresses are where workers and commands reach the queue.
func (s *Service) addresses() []string {
	if s.server != nil {
		return s.server.URLs(s.advertise)
	}
	return s.Addresses()
}

// close ends everything in order: requests are answered, committed results placed,
// the queue and its server closed, the root released. It is idempotent.
func (s *Service) close() error {
	var errs []error
	flush, cancel := context.WithTimeout(context.Background(), ownership.FlushTimeout)
	defer cancel()
	if s.root != nil && s.isDisowned() {
		cancel() // nothing more can be written
	}
	if s.coordinator != nil {
		s.coordinator.AbortOnDone(flush)
	}
	s.shown.Store(nil)
	if s.website != nil {
		s.website.stop()
		s.website = nil
	}
	if s.stopServing != nil {
		s.stopServing()
		s.stopServing = nil
	}
	s.slurm.Stop()
	if s.coordinator != nil {
		errs = append(errs, s.coordinator.Stop(flush))
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
