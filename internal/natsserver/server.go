package natsserver

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"golang.org/x/sys/unix"
)

// Server is a NATS server in this process. What it acknowledges is on the disk, except for
// the events of attempts, which follow within seconds.
type Server struct {
	nats   *server.Server
	health *health // nil before the server was ready
	lock   *os.File
	once   sync.Once
}

// startTimeout bounds the start; a store of a million tasks opens in seconds.
const startTimeout = 2 * time.Minute

// Start starts a server and returns once it accepts connections. The error wraps
// ErrStoreInUse if another server, in any process, uses the directory: two would silently
// lose messages. A damaged store is moved aside, with a warning in the log, and the server
// starts with an empty one. Other errors of the disk wrap ErrStore.
func Start(o Options) (*Server, error) {
	if err := os.MkdirAll(o.StoreDir, 0o700); err != nil {
		return nil, fmt.Errorf("make queue's store: %w", err)
	}
	lock, err := lockStore(o.StoreDir)
	if err != nil {
		return nil, err
	}
	s := &Server{lock: lock}
	if err := s.start(o); err != nil {
		s.Stop()
		return nil, fmt.Errorf("start NATS server on %s: %w", o.StoreDir, diskError(err))
	}
	s.health = watchHealth(s.nats)
	return s, nil
}

// start starts a server, after it has moved a damaged store aside.
func (s *Server) start(o Options) error {
	if err := adoptStore(o.StoreDir); err != nil {
		return err
	}
	damage, err := repairStore(o.StoreDir, nil)
	if err != nil {
		return err
	}
	logDamage(o.Log, damage)
	if err := s.launch(o); err != nil {
		return err
	}
	damage, err = repairStore(o.StoreDir, s.nats)
	if damage == nil || err != nil {
		return err
	}
	logDamage(o.Log, damage)
	return s.launch(o)
}

// launch starts a server, which is ready when launch returns.
func (s *Server) launch(o Options) error {
	options, err := serverOptions(o)
	if err != nil {
		return err
	}
	if s.nats, err = server.NewServer(options); err != nil {
		return err
	}
	log := &serverLog{to: o.Log}
	s.nats.SetLoggerV2(log, false, false, false)
	s.nats.Start()
	return s.ready(log)
}

// logDamage reports a store that was moved aside.
func logDamage(log *slog.Logger, damage error) {
	if damage != nil && log != nil {
		log.Warn("the queue's store is damaged and was set aside; a new queue is started and filled again", "damage", damage)
	}
}

// ready waits until the server accepts connections. A server that cannot start reports
// it in its log only.
func (s *Server) ready(log *serverLog) error {
	for begun := time.Now(); !s.nats.ReadyForConnections(100 * time.Millisecond); {
		if text := log.fatal(); text != "" {
			return errors.New(text)
		}
		if time.Since(begun) > startTimeout {
			return fmt.Errorf("it is not ready after %v: %s", startTimeout, log.last())
		}
	}
	if text := log.fatal(); text != "" {
		return errors.New(text)
	}
	if !s.nats.JetStreamEnabled() {
		return fmt.Errorf("its streams are not available: %s", log.last())
	}
	return nil
}

func lockStore(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "eisweep.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock queue's store: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock queue's store %s: %w", dir, ErrStoreInUse)
		}
		return nil, fmt.Errorf("lock queue's store %s: %w", dir, err)
	}
	return f, nil
}

// Stop stops the server, closes its connections and waits until its files are closed. It may be
// called again.
func (s *Server) Stop() {
	s.once.Do(func() {
		if s.health != nil {
			s.health.stop()
		}
		if s.nats != nil {
			s.nats.Shutdown()
			s.nats.WaitForShutdown()
		}
		s.lock.Close()
	})
}

// InProcessConn returns a new connection to the server from this process.
func (s *Server) InProcessConn() (net.Conn, error) { return s.nats.InProcessConn() }
