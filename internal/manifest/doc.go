// Package manifest reads and writes a sweep's manifest: a file with one line of JSON per
// outcome of a task, of which the last line of a task is its state.
//
// It guarantees that a line counts only when it is whole and durable: a torn last line, which
// a crash left, is ignored by readers and cut off by the next Writer. Every line carries a check
// value, so a flipped bit is an error and not another outcome. A Writer refuses to append to a
// file that another program changed. Repair keeps a damaged manifest under another name and
// copies what can be read. The package does not decide what a line means for a sweep, and it
// does not stop two processes from writing: the lock of the root does.
//
// Start reading at Line (line.go), then Read (read.go) and Writer (writer.go).
package manifest
