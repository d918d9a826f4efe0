// Package queue carries the messages of coordinator, workers and commands over NATS
// JetStream: the work queue of tasks and which sweeps are on offer, the outcomes
// that commit results, the announcements of attempts and requests
// with their answers.
//
// It guarantees that a task is queued once per sweep, that it is delivered until
// it is acknowledged, that of several outcomes of one (id, run) the first wins
// and the others learn it, and that attempts are numbered without gaps or
// repetition, a power cut aside. It continues by itself after the connection, the server or
// a cluster's leader was lost and is restored. It does not guarantee that a task runs
// only once at a time: a worker that was cut off may still be at work when its task is
// delivered again, and so every outcome names (id, run, attempt). What lies in the
// streams is disposable; the results' folder can bring it back.
//
// Start reading at stream.go, where messages are kept; then
// Publish (publish.go), Next (fetch.go) and Commit (commit.go), the way of a task.
package queue
