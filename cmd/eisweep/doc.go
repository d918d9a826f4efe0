// Command eisweep runs parameter sweeps of the E/I-assemblies model.
//
// Each command has a file, which parses its flags, connects the packages that do the work, and prints the result. The packages
// inside internal/ hold what several commands share. It guarantees the documented exit codes, errors that name their remedy, and
// nothing but JSON on standard output with --json. It decides nothing about tasks.
//
// Start reading at command.go for the list of commands, then run.go and launch.go.
package main
