// Package faults keeps the sweeps that are set aside because their files cannot be read or written, and what remains to
// be done for them once the fault is repaired.
//
// List owns the faults: for each sweep the cause, the commands that could not be carried out, the tasks that cannot be
// sent, and the time of the next attempt. Its method Work tries again, with pauses that grow to a minute.
//
// It guarantees that commands of one sweep are carried out in their order as far as they do not fail again, that a fault
// ends once nothing that it stopped is left, and that other sweeps are unaffected. Lines of manifests that could not be
// written are not kept here: the ledger keeps them.
//
// Start reading at list.go; retry.go tries again.
package faults
