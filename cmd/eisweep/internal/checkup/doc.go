// Package checkup is `eisweep problems`: everything that is wrong in a root, from its coordinator, from a `run` that works on it, and
// from its directories.
//
// It guarantees that a root without a coordinator is examined as far as its files tell, and that a problem is listed once. What is a
// problem is decided by coordinator/diagnosis.
//
// Start reading at problems.go.
package checkup
