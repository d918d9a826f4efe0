// Package client reaches the coordinator of a root on behalf of a command: which NATS server, with which keys, whether anybody
// answers there, and requests that end when no answer can come any more.
//
// It guarantees that no command waits silently: it prints a note after a second without an answer, and an error names the process
// that owns the root, if there is one, and what to do. It does not guarantee that a request which failed was not carried out;
// all requests may be repeated.
//
// Start reading at client.go, Open; connection.go has the options of the command line, absent.go the error that nobody answers.
package client
