// Package natsserver runs a NATS server with JetStream in this process: the server that a coordinator
// brings when no site provides one.
//
// It guarantees that the server accepts only connections that the permissions of a role bound
// (internal/protocol/grants.go), that one server at a time uses a store, and that a damaged store is
// moved aside before the server starts, since its content can be restored from the results. What the
// server acknowledges is on the disk. A server that can no longer write its store says so by Broken.
//
// Start reading at server.go, its start and end; then accounts.go, who may connect, and store.go, which
// finds damage.
package natsserver
