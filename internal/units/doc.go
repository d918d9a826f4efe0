// Package units formats durations and sizes for people, in the same form wherever eisweep prints them: in commands, in logs and in
// the coordinator's explanations.
//
// It guarantees at most two units of time, three significant digits of a size, and powers of 1024 for sizes, as memory and Slurm
// count them. It parses nothing.
package units
