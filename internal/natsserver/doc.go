// Package natsserver runs a NATS server with JetStream in this process: the server of a coordinator
// where no site provides one.
//
// It guarantees that a server that listens gives each user the permissions of its role and no others
// (internal/protocol/grants.go), that only one server at a time uses a store, and that a damaged store is
// moved aside before the server starts, since its content can be restored from the results. Whatever the
// server acknowledges is on disk. Broken reports a server that can no longer write its store.
//
// Start reading at server.go, its start and end; then accounts.go, who may connect, and store.go, which
// finds damage.
package natsserver
