// Package telemetry is what monitoring systems see of a process: its metrics, whether it is alive, and whether it is ready.
//
// Handler answers /metrics (Prometheus), /healthz and /readyz. Coordinator and Worker are what processes are asked for them, and
// Server listens for a process that serves nothing else.
//
// It guarantees that a request changes nothing and reveals no secret; that it is answered within a bound, also while storage or NATS
// does not answer; that requests at the same time share the work; that the server uses bounded resources, whoever sends the requests;
// and that the number of time series is bounded. Counters start at 0 with the process.
//
// Start reading at handler.go.
package telemetry
