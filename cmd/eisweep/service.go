package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"eisweep/coordinator"
	"eisweep/internal/access"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
)

// service is what `coordinator` has open: the root with its lock, its own NATS
// server or a lease on the site's, and the coordinator that answers there.
type service struct {
	connection
	listen, advertise string
	share             access.Share
	rotate            bool
	http              string // address of health and metrics

	log         *slog.Logger
	root        *root.Root
	lock        *root.Lock
	authority   *access.Authority
	server      *natsserver.Server
	queue       *queue.Queue
	lease       *queue.Lease // on the site's NATS
	coordinator *coordinator.Coordinator
	slurm       slurmScaling
	stop        func() // answering
	telemetry   *telemetry
}

// open opens everything. On an error nothing stays open.
func (s *service) open(ctx context.Context, e *environment, path string) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.http != "" {
		if s.telemetry, err = startTelemetry(s.http, s.log); err != nil {
			return err
		}
	}
	if s.root, s.lock, err = openRoot(path); err != nil {
		return err
	}
	if s.external() {
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
		s.telemetry.from.Store(s.coordinator)
	}
	return nil
}

// openOwn starts the NATS server, connects to it, and leaves the access files.
func (s *service) openOwn(ctx context.Context, e *environment) error {
	store, err := s.root.Store(stateHome(e))
	if err != nil {
		return err
	}
	state, err := stateFolder(e, s.root)
	if err != nil {
		return err
	}
	if s.authority, err = access.OpenAuthority(state, s.root); err != nil {
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
	keepPort(state, s.server.Port())
	connect := queue.Options{Options: s.authority.Options(s.server), Create: true, AckWait: leaseTime(e)}
	connect.Name, connect.Log = connectionName(protocol.Coordinator), s.log
	if s.queue, err = queue.Open(ctx, connect); err != nil {
		return fmt.Errorf("open queue: %w", err)
	}
	return nil
}

// openSite connects to the site's NATS, for which it waits if it isn't there, and takes
// the lease on the root's queue.
func (s *service) openSite(ctx context.Context, e *environment) (err error) {
	options := queue.Options{
		Options: natsconn.Options{Site: s.site(), RootID: s.root.ID(), Role: protocol.Coordinator, Name: connectionName(protocol.Coordinator), Log: s.log},
		Create:  true, AckWait: leaseTime(e),
	}
	wait := waiting{what: "NATS is not in reach; waiting for it", log: s.log}
	for {
		if s.queue, err = queue.Open(ctx, options); err == nil {
			break
		}
		if !s.mayPass(err) {
			return fmt.Errorf("open queue: %w", err)
		}
		if err := wait.more(ctx, err); err != nil {
			return err
		}
	}
	host, err := os.Hostname()
	if err != nil {
		return failure(exitInternal, "name host: %w", err)
	}
	s.lease, err = s.queue.Lease(ctx, queue.Holder{Host: host, PID: os.Getpid(), Since: time.Now(), Version: programVersion(), Command: commandLine()})
	return err
}

// failed waits until the coordinator can't go on, and says why; nil when ctx ends.
func (s *service) failed(ctx context.Context) error {
	held, lose := context.WithCancel(ctx)
	defer lose()
	lost, why := s.queueLost() // not asked for below: the lease may be gone by then
	go func() {
		select {
		case <-lost:
			lose()
		case <-held.Done():
		}
	}()
	err := s.coordinator.Failed(held)
	if err == nil && ctx.Err() == nil {
		err = why(ctx)
	}
	if errors.Is(err, natsserver.ErrStore) {
		return failure(exitStorage, "%w; repair that, then start the coordinator again: workers wait for it", err)
	}
	return err
}

// queueLost is closed when the queue is of no more use to this service: its own server
// is broken, the connection is closed for good, or the lease on the site's is another's; why
// tells.
func (s *service) queueLost() (lost <-chan struct{}, why func(context.Context) error) {
	if s.lease != nil {
		return s.lease.Lost(), s.lease.Check
	}
	return s.queue.Lost(), func(context.Context) error { return s.queue.Err() }
}

// still finds out whether the root is still this service's.
func (s *service) still(ctx context.Context) error {
	if err := s.lock.Check(); err != nil || s.lease == nil {
		return err
	}
	return s.lease.Check(ctx)
}

// coordinate starts the coordinator, and opens the doors once it answers.
func (s *service) coordinate(ctx context.Context, e *environment) error {
	prober, err := newProber()
	if err != nil {
		return err
	}
	boundHeap(e)
	c := coordinator.Config{
		Root: s.root, Lock: s.lock, Queue: s.queue, Prober: prober, Version: programVersion(), Log: s.log, Still: s.still,
		Verbs: map[string]control.Handler{control.VerbScaling: control.Handle(s.slurm.scaled)},
	}
	if s.coordinator, err = coordinator.Start(ctx, c); err != nil {
		return fmt.Errorf("start coordinator: %w", err)
	}
	if err := s.slurm.start(s.root, s.coordinator, s.log); err != nil {
		return err
	}
	if s.stop, err = s.coordinator.Serve(); err != nil {
		return err
	}
	if s.external() {
		return access.RemoveFiles(s.root)
	}
	return s.authority.WriteFiles(s.root, s.server.URLs(s.advertise), s.share)
}

// addresses are where workers and commands find the queue.
func (s *service) addresses() []string {
	switch {
	case s.server != nil:
		return s.server.URLs(s.advertise)
	case s.context != "":
		return []string{"context " + s.context}
	}
	return strings.Split(s.servers, ",")
}

// close ends everything in order: requests are answered, committed results placed,
// the queue and its server closed, the lease and the lock given up. It is idempotent.
func (s *service) close() error {
	var errs []error
	flush, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	if s.coordinator != nil {
		s.coordinator.Hurry(flush)
	}
	if s.telemetry != nil {
		s.telemetry.stop()
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
	if s.lease != nil {
		errs = append(errs, s.lease.Release(flush))
		s.lease = nil
	}
	if s.queue != nil {
		s.queue.Close()
		s.queue = nil
	}
	if s.server != nil {
		s.server.Stop()
		s.server = nil
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Unlock())
		s.lock = nil
	}
	return errors.Join(errs...)
}

// stateFolder is where a coordinator's secrets lie: on this machine, for this user.
func stateFolder(e *environment, r *root.Root) (string, error) {
	home := stateHome(e)
	if home == "" {
		return "", usage("there is no place for the coordinator's keys: no home folder and no XDG_STATE_HOME; set that to the absolute path of a folder on a local disk")
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
