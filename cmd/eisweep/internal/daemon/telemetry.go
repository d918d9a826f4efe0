package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"

	"eisweep/cmd/eisweep/internal/telemetry"
)

// Telemetry answers HTTP requests of monitoring systems: see telemetry.Handler. It is open to whoever reaches the address.
type Telemetry struct {
	server  http.Server
	monitor *telemetry.Handler
}

// Limits of what clients may use: simultaneous connections, each for one request, and how long that may take to arrive and to
// be answered.
const (
	maxConnections  = 64
	requestTimeout  = 5 * time.Second
	responseTimeout = 30 * time.Second
	maxHeaderBytes  = 8 << 10
)

// StartTelemetry listens on an address, HOST:PORT. An error is that it cannot listen there.
func StartTelemetry(address string, log *slog.Logger) (*Telemetry, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	t := &Telemetry{monitor: telemetry.NewHandler()}
	mux := http.NewServeMux()
	for _, path := range telemetry.Paths() {
		mux.Handle(path, t.monitor)
	}
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

// Serve serves the metrics and the health of a coordinator from now on.
func (t *Telemetry) Serve(c *telemetry.Coordinator) { t.monitor.Serve(c, c.Registry()) }

// Stop ends the server; requests that are being answered have one second.
func (t *Telemetry) Stop() {
	t.monitor.Withdraw()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if t.server.Shutdown(ctx) != nil {
		t.server.Close()
	}
}
