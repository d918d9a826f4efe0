// Package prune removes files of a sweep that nobody needs any more: superseded results, results of
// attempts that are over, checkpoints of tasks that are done and, on demand, their logs.
//
// It guarantees that it follows no link, and that it keeps results that have their name, whatever
// belongs to a task that may still run, the logs of failures, and files of tasks that no manifest has.
// It does not know which tasks may still run: the caller's Tasks does.
//
// Start reading at Sweep (prune.go).
package prune
