// Package records keeps what a coordinator must find again after a restart: a record for each
// launched sweep, the file of its latest launch, and for PERTURB the ids of its tasks (task_list.go).
//
// It guarantees that records and stored files are replaced whole and durably, that the file of
// an earlier launch is kept, and that a stored file counts only if it has the SHA-256 which the
// record names: another file would give other tasks. It does not decide what a record says, and
// the caller ensures that only one process writes.
//
// Start reading at Sweep (record.go), then Launched (launched_file.go).
package records
