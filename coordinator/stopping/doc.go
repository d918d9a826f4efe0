// Package stopping decides how many seeds each point of a sweep with [until] gets, from the results of the point's tasks.
//
// A decision depends only on results, in the order of the seeds. So it is the same for any number of workers, after a restart, and
// when the sweep is launched again. Child processes compute the measures of results, unless they are in their cache (package measures).
// The caller finds the results: a plan looks at files, a running sweep at its manifest.
//
// Start reading at Decide (decide.go).
package stopping
