// Package telemetry is what monitoring systems see of a process: its metrics, whether it is alive, and whether it is ready.
//
// Handler answers /metrics (Prometheus), /healthz and /readyz. Coordinator is what a coordinator's process is asked for them.
//
// It guarantees that a request changes nothing and reveals no secret; that it is answered within a bound, also while storage or
// NATS do not answer; that requests at the same time share the work; and that the number of time series is bounded. Counters
// begin at 0 when the process starts: they survive scrapes, not restarts. It opens no port: the process does.
//
// Start reading at handler.go.
package telemetry
