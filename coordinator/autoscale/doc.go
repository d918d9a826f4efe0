// Package autoscale has a batch system run workers, in as many jobs as the waiting tasks
// require.
//
// It guarantees that there are never more jobs than allowed, whatever fails: before
// each submission the batch system is asked which jobs there are, and without its
// answer none is submitted; one whose answer was lost is given time to show. It stops
// submitting after some failures in a row, says why, and goes on when told. Jobs that
// still wait when nothing is left to do are cancelled; those that run are left to end
// by themselves when idle. It does not guarantee that jobs are started, nor that tasks
// are run in them: a worker is a worker, wherever it runs.
//
// Start reading at decision.go, which decides without a clock or a batch system;
// scaler.go is the loop around it.
package autoscale
