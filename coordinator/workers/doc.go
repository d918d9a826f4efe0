// Package workers keeps a table of the workers of a root, based on their own reports.
//
// Table is safe for concurrent use. It guarantees that a worker that says goodbye is forgotten at once, and that one
// that falls silent (control.Silence) is listed as silent, and forgotten after a day. It decides nothing: Room says
// which tasks the workers have slots and memory for, and Pool why none of them takes a task.
//
// Start reading at table.go.
package workers
