package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"

	"eisweep/coordinator"
)

// Telemetry answers HTTP requests of monitoring systems: /healthz, which is 200 while the coordinator answers commands and 503
// before and after, and /metrics, which are in Prometheus' text format. Both are open to whoever reaches the address.
type Telemetry struct {
	server  http.Server
	version string
	metrics atomic.Pointer[http.Handler] // nil while the coordinator is not ready
}

// Limits of what clients may use: simultaneous connections, each for one request, and how long that may take to arrive and to
// be answered.
const (
	maxConnections  = 64
	requestTimeout  = 5 * time.Second
	responseTimeout = 30 * time.Second
	maxHeaderBytes  = 8 << 10
)

// StartTelemetry listens on an address, HOST:PORT; version is the program's. An error is that it cannot listen there.
func StartTelemetry(address, version string, log *slog.Logger) (*Telemetry, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	t := &Telemetry{version: version}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", t.serveHealth)
	mux.HandleFunc("GET /metrics", t.serveMetrics)
	t.server = http.Server{
		Handler: mux, ReadTimeout: requestTimeout, WriteTimeout: responseTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	t.server.SetKeepAlivesEnabled(false) // a scrape per minute needs no open connection in between
	go func() {
		if err := t.server.Serve(netutil.LimitListener(l, maxConnections)); !errors.Is(err, http.ErrServerClosed) {
			log.Error("serve health and metrics", "error", err)
		}
	}()
	log.Info("health and metrics", "address", l.Addr().String())
	return t, nil
}

// Ready reports the coordinator as healthy from now on, and serves its metrics.
func (t *Telemetry) Ready(c *coordinator.Coordinator) { t.serve(c) }

func (t *Telemetry) serve(from state) {
	handler := promhttp.HandlerFor(newRegistry(from, t.version), promhttp.HandlerOpts{})
	t.metrics.Store(&handler)
}

// Stop ends the server; requests that are being answered have one second.
func (t *Telemetry) Stop() {
	t.metrics.Store(nil)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if t.server.Shutdown(ctx) != nil {
		t.server.Close()
	}
}

func (t *Telemetry) serveHealth(w http.ResponseWriter, _ *http.Request) {
	if t.metrics.Load() == nil {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ok\n")
}

func (t *Telemetry) serveMetrics(w http.ResponseWriter, r *http.Request) {
	handler := t.metrics.Load()
	if handler == nil {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	(*handler).ServeHTTP(w, r)
}
