// Command eisweep runs parameter sweeps of the E/I-assemblies model.
//
// Each command has a file, which parses its flags, connects the packages that do the work, and prints the result. The packages
// inside internal/ hold what several commands share. The package guarantees the documented exit codes, errors that name their
// remedy, and, with --json, standard output that contains only JSON. It makes no decisions about tasks.
//
// Start reading at command.go for the list of commands, then run.go and launch.go.
package main
