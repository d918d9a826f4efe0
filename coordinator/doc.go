// Package coordinator decides: which tasks of a launch are to be executed, what
// an outcome settles, what a failure blocks and what it lets go on; it places
// results in the folders of the sweeps that want them and keeps the manifests.
//
// It guarantees that a result is placed once, under one name for one task, and
// that nothing is overwritten; that the manifest never says more than what lies
// on the disk; and that a coordinator which died is made up for by the next one
// from manifest, files and outcomes. It does not run tasks and knows no worker.
//
// Start reading at machine.go: the decisions as a pure state machine, events in,
// commands out. coordinator.go is the shell around it, plan.go what a launch
// compares itself with, placing.go the way of a file into a sweep's folder.
package coordinator
