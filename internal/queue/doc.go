// Package queue carries the messages of coordinator, workers and commands over NATS
// JetStream: the orders to execute tasks, the register of who executes them, the outcomes
// that commit results, and requests with their answers.
//
// It guarantees that the queue holds one order of a run at a time; that of all who have fetched
// orders of a run one claims it, by an event in the register that expects the event which the
// order names; that an order leaves the queue when it was claimed and is delivered again until
// then; and that of several outcomes of a run the first wins, and the others are told, until the
// coordinator acknowledges it. It does not guarantee that a task is executed only once at a time:
// an attempt that the coordinator has ended may go on, so every outcome carries the attempt's
// token. It continues by itself after the connection, the server or a cluster's leader was lost
// and is restored. The content of the streams is disposable: the coordinator restores it from the
// results.
//
// Start reading at stream.go, where messages are kept; then follow a task: PublishTasks (tasks.go),
// Next (intake.go), Admit and Commit (claim.go), and Note (register.go), which all of them rely on.
package queue
