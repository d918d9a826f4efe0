package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/daemon"
	"eisweep/coordinator"
	"eisweep/internal/access"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/lease"
	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
)

// service is what `coordinator` has open: the root, which it owns, its own NATS server or a
// connection to the site's, and the coordinator that answers there.
type service struct {
	client.Connection
	listen, advertise string
	share             access.Share
	rotate            bool
	http              string        // address of health and metrics
	ahead             time.Duration // for how long the queue holds tasks

	log         *slog.Logger
	root        *ownedRoot
	last        *lease.Lease // of the root; open or not
	authority   *access.Authority
	server      *natsserver.Server
	queue       *queue.Queue
	coordinator *coordinator.Coordinator
	slurm       slurmScaling
	stop        func() // answering
	telemetry   *daemon.Telemetry
}

// warn writes a warning to the log.
func (s *service) warn(format string, args ...any) { s.log.Warn(fmt.Sprintf(format, args...)) }

// open opens everything. On an error nothing stays open.
func (s *service) open(ctx context.Context, e *cli.Env, path string) (err error) {
	defer func() {
		if err == nil {
			return
		}
		if s.root != nil && s.isDisowned() {
			err = s.whyDisowned() // which stopped the server under the others
		}
		err = errors.Join(err, s.close())
	}()
	if s.http != "" {
		if s.telemetry, err = daemon.StartTelemetry(s.http, cli.Version(), s.log); err != nil {
			return cli.Usagef("--http %s: %w", s.http, err)
		}
	}
	if s.root, err = openRoot(ctx, e, path, s.log, s.warn); err != nil {
		return err
	}
	s.last = s.root.lease
	if s.External() {
		err = s.openSite(ctx, e)
	} else {
		err = s.openOwn(ctx, e)
	}
	if err != nil {
		return err
	}
	if err := s.coordinate(ctx, e); err != nil {
		return err
	}
	if s.telemetry != nil {
		s.telemetry.Ready(s.coordinator)
	}
	return nil
}

// openOwn starts the NATS server, connects to it, and leaves the access files.
func (s *service) openOwn(ctx context.Context, e *cli.Env) error {
	store, err := s.root.Store(stateHome(e))
	if err != nil {
		return err
	}
	state, err := stateFolder(e, s.root.Root)
	if err != nil {
		return err
	}
	if s.authority, err = access.OpenAuthority(state, s.root.Root, s.root.lease.Epoch()); err != nil {
		return err
	}
	if s.rotate {
		if err := s.authority.Rotate(); err != nil {
			return err
		}
		s.log.Info("all keys and certificates are new")
	}
	if s.listen != "" {
		if err := tryListen(s.listen); err != nil {
			return err
		}
	}
	options := s.authority.ServerOptions(s.address(state))
	options.StoreDir, options.Log = store, s.log
	if s.server, err = natsserver.Start(options); err != nil {
		return fmt.Errorf("start queue: %w", err)
	}
	go s.stopAtT(s.server, s.root.lease)
	keepPort(state, s.server.Port())
	connect := queue.Options{Options: s.authority.Options(s.server), Create: true}
	connect.Name, connect.Log = client.Name(protocol.Coordinator), s.log
	if s.queue, err = queue.Open(ctx, connect); err != nil {
		return fmt.Errorf("open queue: %w", err)
	}
	return nil
}

// openSite connects to the site's NATS, for which it waits if it isn't there.
func (s *service) openSite(ctx context.Context, e *cli.Env) (err error) {
	options := queue.Options{
		Options: natsconn.Options{Site: s.Site(), RootID: s.root.ID(), Role: protocol.Coordinator, Name: client.Name(protocol.Coordinator), Log: s.log},
		Create:  true,
	}
	wait := client.Retry{Message: "NATS is not in reach; waiting for it", Log: s.log}
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
	if err := s.queue.RemoveEarlierLease(ctx); err != nil {
		s.log.Debug("open queue", "error", err)
	}
	return nil
}

// coordinate starts the coordinator, and opens the doors once it answers.
func (s *service) coordinate(ctx context.Context, e *cli.Env) error {
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	boundHeap(e)
	c := coordinator.Config{
		Root: s.root.Root, Ownership: s.root.lease, Queue: s.queue, Prober: prober, Version: cli.Version(), Log: s.log, Ahead: s.ahead,
		Verbs: map[string]control.Handler{control.VerbScaling: control.Handle(s.slurm.scaled)},
	}
	if err := cli.ApplyCoordinatorFailpoints(e, &c); err != nil {
		return err
	}
	if s.coordinator, err = coordinator.Start(ctx, c); err != nil {
		return fmt.Errorf("start coordinator: %w", err)
	}
	if err := s.slurm.start(s.root.Root, s.coordinator, s.log); err != nil {
		return err
	}
	if s.stop, err = s.coordinator.Serve(); err != nil {
		return err
	}
	if s.External() {
		return access.RemoveFiles(s.root.Root)
	}
	urls := s.server.URLs(s.advertise)
	if err := s.authority.WriteFiles(s.root.Root, urls, s.share); err != nil {
		return err
	}
	go s.keepFiles(s.authority, s.root, urls)
	return nil
}

// addresses are where workers and commands reach the queue.
func (s *service) addresses() []string {
	if s.server != nil {
		return s.server.URLs(s.advertise)
	}
	return s.Addresses()
}

// close ends everything in order: requests are answered, committed results placed,
// the queue and its server closed, the root given up. It is idempotent.
func (s *service) close() error {
	var errs []error
	flush, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	if s.root != nil && s.isDisowned() {
		cancel() // nothing more can be written
	}
	if s.coordinator != nil {
		s.coordinator.AbortOnDone(flush)
	}
	if s.telemetry != nil {
		s.telemetry.Stop()
		s.telemetry = nil
	}
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
	s.slurm.stop()
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
		errs = append(errs, s.root.close())
		s.root = nil
	}
	return errors.Join(errs...)
}

// stateFolder is where a coordinator's secrets lie: on this machine, for this user.
func stateFolder(e *cli.Env, r *root.Root) (string, error) {
	home := stateHome(e)
	if home == "" {
		return "", cli.Usagef("there is no place for the coordinator's keys: no home folder and no XDG_STATE_HOME; set that to the absolute path of a folder on a local disk")
	}
	return filepath.Join(home, "eisweep", r.ID()), nil
}

// address is where to listen: as --listen says, else on every address, at the port
// of the last time, which is the one that others know.
func (s *service) address(state string) string {
	if s.listen != "" {
		return s.listen
	}
	text, err := atomicfile.Read(filepath.Join(state, "port"), 100)
	if err != nil {
		return ":0"
	}
	address := ":" + strings.TrimSpace(string(text))
	l, err := net.Listen("tcp", address)
	if err != nil {
		return ":0"
	}
	l.Close()
	return address
}

// keepPort notes the port for the next time. Without the note that one takes
// another port, which is no harm.
func keepPort(state string, port int) {
	_ = atomicfile.Write(filepath.Join(state, "port"), []byte(strconv.Itoa(port)+"\n"), 0o600)
}
