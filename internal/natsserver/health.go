package natsserver

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// health finds out that a server can't write its store any more. It says so in its log
// only: to what it can't keep it gives no answer, until it is started anew.
type health struct {
	nats    *server.Server
	stopped chan struct{}
	watch   sync.WaitGroup
	broken  chan struct{}
	err     error // why it is broken, once it is
}

// lookTime is the time between two looks at a server.
const lookTime = 2 * time.Second

func watchHealth(nats *server.Server) *health {
	h := &health{nats: nats, stopped: make(chan struct{}), broken: make(chan struct{})}
	h.watch.Go(func() {
		for !h.isBroken() {
			select {
			case <-time.After(lookTime):
			case <-h.stopped:
				return
			}
		}
		close(h.broken)
	})
	return h
}

// writeError is in what the server says of a stream that it can't write. What else is
// wrong may pass.
const writeError = "write error"

// isBroken reports whether the server is broken, and keeps why.
func (h *health) isBroken() bool {
	if !h.nats.JetStreamEnabled() {
		h.err = fmt.Errorf("%w: it has been switched off", ErrStore)
	}
	for _, e := range h.nats.Healthz(&server.HealthzOptions{Details: true}).Errors {
		if e.Type == server.HealthzErrorStream && strings.Contains(e.Error, writeError) {
			h.err = fmt.Errorf("%w: %s", ErrStore, e.Error)
		}
	}
	return h.err != nil
}

func (h *health) stop() {
	close(h.stopped)
	h.watch.Wait()
}

// Broken is closed when the server can't write its store any more, as on a full disk:
// requests to it would wait without end.
func (s *Server) Broken() <-chan struct{} {
	if s.health == nil {
		return nil
	}
	return s.health.broken
}

// Err is why the server is broken; it wraps ErrStore.
func (s *Server) Err() error {
	select {
	case <-s.health.broken:
		return s.health.err
	default:
		return nil
	}
}
