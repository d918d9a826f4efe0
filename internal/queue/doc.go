// Package queue carries the messages of the coordinator, workers and commands over NATS JetStream: orders to
// execute tasks, the register of who executes them, the outcomes that commit results, and requests with their
// answers.
//
// It guarantees that the queue holds at most one order of a run at a time. Of all workers that have fetched
// orders of a run, one claims it: its event in the register must follow the event that the order names. An
// order leaves the queue once it is claimed, and is delivered again until then. Of several outcomes of a run
// the first wins until the coordinator acknowledges it, and the others are refused. The package does not guarantee
// that only one attempt at a task runs at a time: an attempt that the coordinator has ended may continue, so
// every outcome carries the attempt's token. A queue continues by itself after the connection, the server or a
// cluster's leader is lost and comes back. The contents of the streams are disposable: the coordinator restores
// them from the results.
//
// Start reading at stream.go, which defines where messages are kept. Then follow a task: PublishTasks
// (tasks.go), Next (intake.go), Admit and Commit (claim.go), and the Register (register.go), on which all of them rely.
package queue
