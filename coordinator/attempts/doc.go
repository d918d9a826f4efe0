// Package attempts follows every attempt at a task from its claim in the register to its end.
//
// Tracker owns what the coordinator knows about attempts: which of them run, and on which workers; the last event of
// each run in the register; which earlier attempts may have left files; how many attempts at a run were lost; and until
// when a task is not sent again. It feeds the state machine with the attempts' starts and ends.
//
// It guarantees that an attempt is ended only if its worker reported without it, or if it was silent for seven ticks in
// which the coordinator received its own messages; that a loss is recorded before the register says that the attempt
// has ended; and that the coordinator first processes the outcomes that the attempt has committed. It does not decide
// what the end of an attempt means for the task: the state machine does.
//
// Start reading at tracker.go. register.go handles claims and returns, presence.go what workers report, and ticks.go
// silence.
package attempts
