// Package sweepfiles lists the points of sweeps (`plan --points`) and prints the JSON schema of
// sweep files (`schema`).
//
// It runs no tasks and writes no files.
//
// Start reading at Points.
package sweepfiles
