// Package coordinator runs the coordinator of a root: it plans launches, hands tasks to workers through the
// queue, places results in the directories of the sweeps that want them, writes the manifests, and answers the
// requests of commands. It may run for weeks.
//
// It guarantees that a result is placed once, under one name for one task, and that nothing is overwritten; that a
// manifest never lists a result that is not on disk; and that a coordinator that starts after another one died resumes its
// sweeps from manifests, files, records and outcomes, and disturbs no running task. It does not run tasks, and knows only
// what workers report.
//
// The packages inside do the work, and each owns its state: lifecycle is the state machine, events in, commands out;
// launched has the sweeps, outcomes carries out the machine's commands, ledger makes lines durable, attempts follows what
// runs, workers knows who runs it, window keeps the queue filled, and faults sets aside sweeps whose files cannot be read
// or written. plan decides what a launch does with each task, and catalog reads manifests and files. This package connects
// them: shell.go gives each of them access to the others.
//
// Start reading at Coordinator (coordinator.go) and core.go, which has the lock that they share. launch.go and
// submit.go submit tasks to the machine, grower.go adds seeds to sweeps with [until], and flush.go makes durable what
// follows. restore.go resumes sweeps after a restart, recorder.go keeps what that needs, pause_resume_cancel.go
// changes the status of sweeps, and serve.go lists the requests.
package coordinator
