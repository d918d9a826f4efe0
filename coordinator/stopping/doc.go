// Package stopping decides how many seeds each point of a sweep with [until] gets, by what the tasks of the point have come to.
//
// A decision depends only on results, in the order of the seeds. So it is the same for any number of workers, after a restart, and
// when the sweep is launched again. The package computes measures of results by child processes, or takes them from their cache
// (package measures). What a task has come to is its callers' business: a plan looks at files, a running sweep at its manifest.
//
// Start reading at Decide (decide.go).
package stopping
