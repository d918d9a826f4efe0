// Package queue is what coordinator and workers say to each other, over NATS
// JetStream: the work queue of tasks, the outcomes that commit results, the
// announcements of attempts, and the embedded server.
//
// It guarantees that a task is queued once per sweep, that it is delivered until
// it is acknowledged, that of several outcomes of one (id, run) the first wins
// and the others learn it, and that attempts are numbered without gaps or
// repetition. It does not guarantee that a task runs only once at a time: a
// worker that was cut off may still be at work when its task is delivered again,
// and so every outcome names (id, run, attempt). What lies in the streams is
// disposable; the results' folder can bring it back.
//
// Start reading at message.go, what is said, and streams.go, where it lies; then
// Publish (publish.go), Next (delivery.go) and Commit (commit.go), the way of a task.
package queue
