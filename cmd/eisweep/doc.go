// Command eisweep runs parameter sweeps of the E/I-assemblies model.
//
// It is the only package that reads flags, the environment and signals; each
// command's file parses its flags, joins the rooms (sweeps, coordinator, worker,
// internal/…) and words what they say for a person or a program. It guarantees
// the exit codes of exit.go, that an error names its remedy, and that standard
// output with --json holds JSON and nothing else. It decides nothing about tasks.
//
// Start reading at command.go for the list of commands, then session.go: what
// `run` and `rerun` have open while tasks run.
package main
