// Package display shows a person or a program what happens to sweeps: on a terminal as a block that is redrawn in place, in a
// pipe as lines, with --json as events (docs/commands.md).
//
// All three are Observers and get the same calls. It guarantees that untrusted text stays on its line, that a redrawn block fits
// the terminal, and that standard output with --json holds JSON only.
//
// Start reading at observer.go.
package display
