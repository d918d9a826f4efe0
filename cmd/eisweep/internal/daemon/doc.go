// Package daemon holds the coordinator's process: what `eisweep coordinator` runs beside the coordinator itself.
//
// It guarantees that /healthz and /metrics reveal no secret, change nothing, and hold bounded resources whoever asks.
//
// Start reading at telemetry.go, the HTTP server; metrics.go maps the coordinator's snapshot to Prometheus metrics.
package daemon
