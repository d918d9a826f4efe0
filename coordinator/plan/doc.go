// Package plan compares a launch request with the existing results, and decides for every task whether
// it runs, waits for its source, reuses an existing result, or remains unchanged.
//
// It guarantees that planning changes nothing, that the same request gives the same plan as long as
// nothing else changes, and that a task whose files cannot be checked is an error and never counts as
// new. It does not carry a plan out, and asks about tasks that run through Launches alone.
//
// Start reading at New (plan.go), then decide (decide.go). For sweeps with [until], stop.go leaves out the tasks that are not
// decided, and grow.go plans those that are added while the sweep runs.
package plan
