// Package plan compares a launch request with the existing results, and decides for every task whether
// it is executed, waits for its source, gets a result that exists, or stays as it is.
//
// It guarantees that planning changes nothing, that the same request gives the same plan as long as
// nothing else changes, and that a task whose files cannot be looked at is an error and never taken
// for new. It does not carry a plan out, and asks about tasks that run through Launches alone.
//
// Start reading at New (plan.go), then decide (decide.go).
package plan
