package main

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

	"golang.org/x/net/netutil"

	"eisweep/coordinator"
	"eisweep/internal/control"
)

// telemetry answers by HTTP what machines ask of a coordinator: /healthz, which is 200
// once commands are answered and 503 before and after, and /metrics, the counts of
// tasks and workers in Prometheus' text format. Neither tells a secret or changes
// anything, and both are open to whoever reaches the address.
type telemetry struct {
	server http.Server
	from   atomic.Pointer[coordinator.Coordinator] // nil while it is not ready
}

// What anybody may take of the coordinator by asking: connections at a time, each for one
// request, which has to arrive and be answered in so long a time.
const (
	connectionsAtOnce = 64
	requestTime       = 5 * time.Second
	responseTime      = 30 * time.Second
	headerBytes       = 8 << 10
)

// startTelemetry listens on an address.
func startTelemetry(address string, log *slog.Logger) (*telemetry, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, usage("--http %s: %w", address, err)
	}
	t := new(telemetry)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", t.health)
	mux.HandleFunc("GET /metrics", t.metrics)
	t.server = http.Server{
		Handler: mux, ReadTimeout: requestTime, WriteTimeout: responseTime, MaxHeaderBytes: headerBytes,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	t.server.SetKeepAlivesEnabled(false) // whoever asks once a minute needs no connection in between
	go func() {
		if err := t.server.Serve(netutil.LimitListener(l, connectionsAtOnce)); !errors.Is(err, http.ErrServerClosed) {
			log.Error("serve health and metrics", "error", err)
		}
	}()
	log.Info("health and metrics", "address", l.Addr().String())
	return t, nil
}

// stop ends it; what is being answered has a moment.
func (t *telemetry) stop() {
	t.from.Store(nil)
	moment, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if t.server.Shutdown(moment) != nil {
		t.server.Close()
	}
}

func (t *telemetry) health(w http.ResponseWriter, _ *http.Request) {
	if t.from.Load() == nil {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ok\n")
}

func (t *telemetry) metrics(w http.ResponseWriter, _ *http.Request) {
	k := t.from.Load()
	if k == nil {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	writeMetrics(w, k.Snapshot(), k.Workers())
}

// writeMetrics words the counts. Sweeps' names need no quoting.
func writeMetrics(w io.Writer, s control.Snapshot, workers control.Workers) {
	pending := 0
	gauge(w, "eisweep_tasks", "Tasks of a sweep's latest launch by how they stand; queued ones may be had by workers.")
	for _, each := range s.Sweeps {
		for _, count := range []struct {
			state string
			n     int
		}{{"done", each.Done}, {"failed", each.Failed}, {"running", each.Running}, {"queued", each.Queued}, {"waiting", each.Waiting}} {
			fmt.Fprintf(w, "eisweep_tasks{sweep=%q,state=%q} %d\n", each.Name, count.state, count.n)
		}
		if each.Stand == control.Open || each.Stand == "" {
			pending += each.Queued
		}
	}
	gauge(w, "eisweep_tasks_pending", "Tasks that run or could run now: how many slots would be busy if there were enough.")
	fmt.Fprintf(w, "eisweep_tasks_pending %d\n", pending+len(s.Running))
	alive, slots, busy := 0, 0, 0
	for _, each := range workers.Workers {
		if !each.Silent {
			alive, slots, busy = alive+1, slots+each.Slots, busy+each.Busy
		}
	}
	gauge(w, "eisweep_workers", "Workers that were heard of lately.")
	fmt.Fprintf(w, "eisweep_workers %d\n", alive)
	gauge(w, "eisweep_worker_slots", "Their slots, and those at work.")
	fmt.Fprintf(w, "eisweep_worker_slots{state=\"all\"} %d\neisweep_worker_slots{state=\"busy\"} %d\n", slots, busy)
	gauge(w, "eisweep_nats_unanswered_seconds", "For how long NATS has not answered the coordinator; 0 while it does.")
	fmt.Fprintf(w, "eisweep_nats_unanswered_seconds %g\n", s.Unanswered.Seconds())
	gauge(w, "eisweep_info", "The program's version.")
	fmt.Fprintf(w, "eisweep_info{version=%q} 1\n", programVersion())
}

func gauge(w io.Writer, name, meaning string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s gauge\n", name, meaning, name)
}
