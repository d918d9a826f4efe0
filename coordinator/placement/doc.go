// Package placement gives results their names in the directories of sweeps.
//
// It guarantees that nothing is overwritten: a file whose name another task needs is moved to
// superseded/, and a name is never used before the manifest can say where the earlier file is. A result
// gets a name only with the bytes that its worker promised. It writes no manifest: the caller makes the
// lines durable that it returns.
//
// Start reading at Free (placer.go).
package placement
