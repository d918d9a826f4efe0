// Package worker executes tasks: it fetches one for each free slot, claims it, runs the model, writes the result to
// the directory from which the coordinator takes it, and commits.
//
// It guarantees that it runs only what it has claimed in the register, that a committed result is complete on the
// disk, and that it hands back what it cannot finish, with a checkpoint that another attempt resumes from. It stops
// an attempt only when the register says that the attempt is over, and registers its attempts again when the
// register has lost them. It does not decide whether another attempt is alive, and neither counts nor delays
// retries: the coordinator does. It never writes into a sweep's directory, and does not wait for the coordinator
// while tasks are queued.
//
// The name of every file of an attempt contains the attempt's token. Starting a task lists no directory: the order
// names the tokens of earlier attempts.
//
// Start reading at worker.go, then slot.go, which follows one task. watch.go says what an attempt does while it
// runs, prior_attempts.go and checkpoints.go how it uses files of earlier attempts, and limits.go when a worker
// exits on its own. runner.go runs the model, and cpu_shares.go measures its CPU time.
package worker
