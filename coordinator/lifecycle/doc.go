// Package lifecycle decides what happens to the tasks of launched sweeps: which are queued and
// for which sweep, which wait for their source, what an outcome settles, and what pausing,
// resuming and cancelling change. It is a pure state machine: events in, commands out.
//
// It guarantees that every task that a sweep wants is in exactly one phase, that the first
// outcome of a run settles it, and that a sweep is finished once all its tasks are settled.
// It knows no files, network, clock or worker: package coordinator passes it what happened,
// carries its commands out, and makes both durable.
//
// Start reading at machine.go, then events.go and commands.go. The transcripts in testdata show
// event by event what the machine commands; TestExplore visits every state of a small world and
// checks these guarantees.
package lifecycle
