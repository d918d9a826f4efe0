// Package listener accepts connections from clients that may not be trusted, for servers of HTTP.
//
// It guarantees that connections which send nothing keep no others waiting: they are closed after a time, and the oldest at once
// when there are too many. It does not bound what a connection does after its first byte: that is left to the server.
//
// Start reading at listener.go.
package listener
