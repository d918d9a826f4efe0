// Package history is `eisweep events`, and says for `eisweep logs` why attempts ended. Both read the log of events in the root and need
// no coordinator.
//
// Start reading at NewCommand (command.go); endings.go is for logs.
package history
