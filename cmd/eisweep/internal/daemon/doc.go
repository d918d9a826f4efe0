// Package daemon holds the coordinator's process: what `eisweep coordinator` opens, keeps and closes around a coordinator.
//
// It guarantees that the process owns the root for as long as it writes to it, and stops its NATS server when it no longer does;
// that it closes everything in order when it exits; that --detach returns only when the coordinator answers; and that its
// HTTP server uses bounded resources, whoever sends the requests.
//
// Start reading at run.go, Run, and service.go; options.go has the command line, detach.go --detach, website.go the HTTP server.
package daemon
