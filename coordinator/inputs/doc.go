// Package inputs keeps copies of the outside files that tasks start from, where workers find them,
// and a list of the paths that they were copied from.
//
// It guarantees that a copy has the SHA-256 that its launch found, that nobody else can change it,
// and that a list which cannot be read is never replaced by a shorter one. It does not watch the
// outside files: tasks run from the copies.
//
// Start reading at Copies (inputs.go).
package inputs
