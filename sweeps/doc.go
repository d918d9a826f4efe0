// Package sweeps is the sweep file: what a sweep computes, written as TOML, and
// the tasks that it stands for.
//
// It guarantees that the same point is the same task, with the same id, however
// and wherever it was written; that a sweep's tasks come in a fixed order,
// lazily; that no two of them are the same or have the same file name; and that
// all faults of a sweep are reported together, each with its place, the legal
// range and a remedy. The sweep file that it writes (TOML) means the same as the
// one that it was made from, wherever it lies.
//
// It does not read results or other sweeps: it asks a Library for them. Whether
// a task has been done is not its business either.
//
// Start reading at Parse (sweep.go) and Expand (expand.go). The file's text is
// taken apart in document.go, and read in reader.go.
package sweeps
