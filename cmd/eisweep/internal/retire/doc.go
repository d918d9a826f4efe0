// Package retire is `eisweep remove`, `archive` and `rename`: they take sweeps out of a root, or their names, after saying what depends
// on them.
//
// It guarantees that nothing is removed without confirmation, and that an archived sweep is removed only once its pack was unpacked
// and verified. The coordinator of the root removes sweeps, or without one this process as the owner of the root.
//
// Start reading at remove.go.
package retire
