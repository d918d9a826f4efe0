// Package local runs sweeps in the calling process, for `run` and `rerun` without a coordinator of their own: an embedded NATS
// server, a coordinator and a worker.
//
// It guarantees that an interrupted run hands its tasks back and records what is finished before it ends, and that its error
// carries the exit code of the command.
//
// Start reading at execution.go, Run; session.go is what it opens and closes.
package local
