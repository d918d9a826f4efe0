// Package queue carries the messages of coordinator, workers and commands over NATS
// JetStream: the work queue of tasks and the roster of sweeps whose tasks workers may
// take, the outcomes that commit results, the events of attempts, and requests with their
// answers.
//
// It guarantees that a task is queued once per sweep, that it is delivered until
// it is acknowledged, that of several outcomes of one (id, run) the first wins
// and the others are told, and that attempts are numbered without gaps or
// repetition, a power cut aside. It continues by itself after the connection, the server or
// a cluster's leader was lost and is restored. It does not guarantee that a task runs
// only once at a time: a worker that was cut off may still run its task when the task is
// delivered again, so every outcome names (id, run, attempt). The content of the streams is
// disposable: the coordinator restores it from the results.
//
// Start reading at stream.go, where messages are kept; then follow a task: Publish (publish.go),
// Next (fetch.go) and Commit (commit.go).
package queue
