package queue

import (
	"fmt"
	"net/http"
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

// secondLook is the time after which a server is asked again that is not well: a stream
// that is being made or removed isn't, either.
const secondLook = time.Second

// watchHealth looks at the server whenever it has said that something is wrong.
func watchHealth(nats *server.Server, wrong <-chan struct{}) *health {
	h := &health{nats: nats, stopped: make(chan struct{}), broken: make(chan struct{})}
	h.watch.Go(func() {
		for {
			select {
			case <-wrong:
			case <-h.stopped:
				return
			}
			if h.looks() {
				return
			}
		}
	})
	return h
}

// looks reports whether the server is broken, or stopped.
func (h *health) looks() bool {
	for range 2 {
		status := h.nats.Healthz(nil)
		if status.StatusCode == http.StatusOK {
			return false
		}
		h.err = fmt.Errorf("%w: %s", ErrStore, status.Error)
		select {
		case <-time.After(secondLook):
		case <-h.stopped:
			return true
		}
	}
	close(h.broken)
	return true
}

func (h *health) stop() {
	close(h.stopped)
	h.watch.Wait()
}

// Broken is closed when the server can't write its store any more, as on a full disk:
// requests to it would wait without end.
func (s *Server) Broken() <-chan struct{} { return s.health.broken }

// Err is why the server is broken; it wraps ErrStore.
func (s *Server) Err() error {
	select {
	case <-s.health.broken:
		return s.health.err
	default:
		return nil
	}
}
