// Package cli is the boundary between eisweep and its process: the environment, standard streams, signals, exit codes, and
// checks of flags and arguments that cobra does not do. It also formats counts, durations and sizes, so that every command
// prints them alike.
//
// It guarantees the exit codes of docs/exit-codes.md, that an error about storage names its remedy, and that text from files
// and messages cannot control the terminal or pass for a line of the program's own.
//
// Start reading at env.go: what a command gets from outside; then exit_code.go.
package cli
