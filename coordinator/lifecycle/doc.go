// Package lifecycle decides what happens to tasks: which are pending, which of them is sent to the
// queue next, what an attempt or an outcome settles, what a failure blocks, what a finished source
// releases, and what pausing, resuming and cancelling a sweep do.
//
// Machine is a pure state machine. It does no I/O and reads no clock: the coordinator feeds it
// events in the order in which they become durable, and carries out its commands in the order in
// which they are returned. The same events always give the same commands.
//
// It guarantees that every task that a sweep wants is in exactly one phase, that a sweep's counts
// add up, that the first outcome of a run settles it, and that a task that several sweeps want is
// executed once. A task that nothing has happened to takes about 40 bytes.
//
// Start reading at events.go and commands.go; tasks.go is the state. launch.go handles launches,
// choose.go and schedule.go pick what is sent next, dependents.go knows which tasks wait for others, attempts.go
// and outcome.go follow an attempt to its end, control.go pauses, resumes and cancels, and view.go is what other
// packages may read.
package lifecycle
