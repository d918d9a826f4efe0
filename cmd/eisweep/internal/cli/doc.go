// Package cli is the interface between eisweep and its process: the environment, standard streams, signals, exit codes, and
// checks of flags and arguments that cobra does not do. It also formats counts, durations and sizes, so that every command
// prints them alike.
//
// It guarantees the exit codes of docs/exit-codes.md, that an error about storage names its remedy, and that text from files
// and messages can neither control the terminal nor imitate the program's own output.
//
// Start reading at env.go: what the process passes to a command; then exit_code.go.
package cli
