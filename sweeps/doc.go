// Package sweeps reads sweep files, which describe in TOML what a sweep computes, and
// expands them into tasks.
//
// It guarantees that the same point is the same task, with the same id, however and
// wherever it was written; that the tasks of a sweep come in a fixed order, lazily; that no
// two of them are the same or have the same file name; and that all errors of a sweep are
// reported together, each with its place, the legal range and a remedy. The sweep file that
// TOML writes means the same as the one it was made from, wherever it is stored.
//
// It does not read results or other sweeps, but asks a Library for them, and it does not
// know which tasks are done.
//
// Start reading at Parse (sweep.go) and Expand (expand.go). internal/document parses the
// text, reader.go and the files read_*.go make a sweep of it; internal/stopping reads [until].
package sweeps
