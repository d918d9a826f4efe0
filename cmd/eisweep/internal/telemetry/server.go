package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"eisweep/internal/listener"
)

// Server serves a Handler alone, to whoever reaches the address.
type Server struct {
	*Handler
	server http.Server
}

// Limits of what clients may use: simultaneous connections, each for one request, how many of these may have sent nothing, and how
// long a request may take to begin, to arrive and to be answered.
const (
	maxConnections  = 64
	maxSilent       = 32
	beginTimeout    = 5 * time.Second
	requestTimeout  = 5 * time.Second
	responseTimeout = 30 * time.Second
	maxHeaderBytes  = 8 << 10
)

// Start listens on an address, HOST:PORT, for a process that does not serve yet. An error is that it cannot listen there.
func Start(address string, log *slog.Logger) (*Server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &Server{Handler: NewHandler()}
	s.server = http.Server{
		Handler: s.Handler, ReadTimeout: requestTimeout, WriteTimeout: responseTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	s.server.SetKeepAlivesEnabled(false) // a scrape per minute needs no open connection in between
	begun := listener.New(l, listener.Limits{Connections: maxConnections, Silent: maxSilent, Begin: beginTimeout})
	go func() {
		if err := s.server.Serve(begun); !errors.Is(err, http.ErrServerClosed) {
			log.Error("serve health and metrics", "error", err)
		}
	}()
	log.Info("health and metrics", "address", l.Addr().String())
	return s, nil
}

// Nowhere is a server of a process that is not monitored.
func Nowhere() *Server { return &Server{Handler: NewHandler()} }

// Stop ends the server; requests that are being answered have one second.
func (s *Server) Stop() {
	s.Withdraw()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		s.server.Close()
	}
}
