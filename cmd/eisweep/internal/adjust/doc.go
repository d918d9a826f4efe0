// Package adjust is `eisweep adjust`: it gives launched sweeps another priority, or another limit of tasks at a time.
//
// It guarantees that nothing else of a sweep changes. The coordinator of the root decides; without one nothing happens.
//
// Start reading at command.go.
package adjust
