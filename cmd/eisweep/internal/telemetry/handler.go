package telemetry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/singleflight"
)

// Process is a running coordinator or worker.
type Process interface {
	// Alive returns nil if the process's loop responds. It may wait as long as the loop does.
	Alive() error
	// Ready returns nil if the process can do its work, and else says why not. It may wait as long as storage and NATS do.
	Ready() error
}

// Bounds of what requests may use.
const (
	answerTimeout  = 10 * time.Second // of a process, to say whether it is alive or ready
	scrapesAtATime = 4
)

// Paths are those that a Handler answers.
func Paths() []string { return []string{"/healthz", "/metrics", "/readyz"} }

// Handler answers requests of monitoring systems. /healthz is 200 while the process's loop responds, and also before the process
// serves; /readyz is 200 while the process can do its work, else 503 with the reason; /metrics are in Prometheus' text format.
// Its methods are safe for concurrent use.
type Handler struct {
	mux     http.ServeMux
	checks  singleflight.Group
	serving atomic.Pointer[served] // nil while the process does not serve
}

type served struct {
	process Process
	metrics http.Handler
}

// NewHandler makes the handler of a process that does not serve yet.
func NewHandler() *Handler {
	h := &Handler{}
	h.mux.HandleFunc("GET /healthz", h.healthz)
	h.mux.HandleFunc("GET /readyz", h.readyz)
	h.mux.HandleFunc("GET /metrics", h.scrape)
	return h
}

// Serve answers for a process from now on.
func (h *Handler) Serve(p Process, metrics prometheus.Gatherer) {
	h.serving.Store(&served{p, promhttp.HandlerFor(metrics, promhttp.HandlerOpts{MaxRequestsInFlight: scrapesAtATime})})
}

// Withdraw says that the process no longer serves.
func (h *Handler) Withdraw() { h.serving.Store(nil) }

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

func (h *Handler) healthz(w http.ResponseWriter, r *http.Request) {
	if s := h.serving.Load(); s != nil {
		h.answer(w, r, "alive", s.process.Alive)
		return
	}
	io.WriteString(w, "ok: starting or stopping\n")
}

func (h *Handler) readyz(w http.ResponseWriter, r *http.Request) {
	if s := h.serving.Load(); s != nil {
		h.answer(w, r, "ready", s.process.Ready)
		return
	}
	http.Error(w, errStarting.Error(), http.StatusServiceUnavailable)
}

func (h *Handler) scrape(w http.ResponseWriter, r *http.Request) {
	if s := h.serving.Load(); s != nil {
		s.metrics.ServeHTTP(w, r)
		return
	}
	http.Error(w, errStarting.Error(), http.StatusServiceUnavailable)
}

var (
	errStarting = errors.New("not ready: starting or stopping")
	errTimeout  = errors.New("the process has not answered within " + answerTimeout.String())
)

// answer answers with what a check returns. Requests that come meanwhile share it.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, key string, check func() error) {
	ctx, cancel := context.WithTimeout(r.Context(), answerTimeout)
	defer cancel()
	err := errTimeout
	select {
	case result := <-h.checks.DoChan(key, func() (any, error) { return nil, check() }):
		err = result.Err
	case <-ctx.Done():
	}
	if err != nil {
		http.Error(w, "not "+key+": "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ok\n")
}
