// Package ownership makes a command the owner of a root directory, and maintains that ownership.
//
// It guarantees that a command which writes to a root holds its lock and its lease, that late writes of a previous owner no
// longer matter, and that the command learns when it may no longer write. An error that a root is in use names the process
// that owns it. An owner can report the progress of its sweeps to other commands (publish.go).
//
// Start reading at root.go, Open.
package ownership
