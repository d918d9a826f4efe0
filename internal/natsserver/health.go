package natsserver

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// health watches for a server that can't write its store any more. Such a server reports that in its log only
// and does not answer requests whose messages it can't store, until it is restarted.
type health struct {
	nats    *server.Server
	stopped chan struct{}
	watch   sync.WaitGroup
	broken  chan struct{}
	err     error // why it is broken, once it is
}

// pollInterval is the time between two checks of a server.
const pollInterval = 2 * time.Second

func watchHealth(nats *server.Server) *health {
	h := &health{nats: nats, stopped: make(chan struct{}), broken: make(chan struct{})}
	h.watch.Go(func() {
		for !h.isBroken() {
			select {
			case <-time.After(pollInterval):
			case <-h.stopped:
				return
			}
		}
		close(h.broken)
	})
	return h
}

// writeError is part of the server's error for a stream that it can't write. Other errors may be temporary.
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

// Broken is closed when the server can't write its store any more, for example because the disk is full:
// requests to it would never be answered.
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
