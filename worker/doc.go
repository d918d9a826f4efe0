// Package worker executes tasks: it fetches one for each free slot, runs the
// model, leaves the result where the coordinator takes it, and commits.
//
// It guarantees that a committed result is on the disk whole, that at most one
// outcome of an order is ever committed, that what it cannot finish goes back to
// the queue, that another attempt anywhere goes on from the last checkpoint, and
// that a task which takes the worker down is given up after a number of attempts
// without any. It does not guarantee that a task runs only once. It never writes
// into a sweep's folder and knows no coordinator.
//
// Start reading at worker.go, then slot.go: what becomes of one delivery;
// runner.go is where the model is run, checkpoints.go what keeps its state,
// limits.go why a worker ends by itself.
package worker
