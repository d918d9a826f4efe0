// Package client reaches the coordinator of a root on behalf of a command: it finds the NATS server and the keys, checks whether
// a coordinator answers, and ends requests that can no longer be answered.
//
// It guarantees that no command waits silently: it prints a note after a second without an answer, and an error names the process
// that owns the root, if there is one, and what to do. It does not guarantee that a request which failed was not carried out;
// all requests may be repeated.
//
// Start reading at client.go, Open; connection.go has the options of the command line, absent.go the error that no coordinator
// answers, and run_report.go the file by which a `run` reports its progress to other commands.
package client
