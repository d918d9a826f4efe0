// Package coordinator runs the coordinator of a root: it plans launches, hands tasks to workers through the
// queue, places results in the folders of the sweeps that want them, writes the manifests, and answers the
// requests of commands. It may run for weeks.
//
// It guarantees that a result is placed once, under one name for one task, and that nothing is overwritten;
// that a manifest never says more than what is on the disk; and that a coordinator that starts after another
// one died resumes its sweeps from manifests, files, records and outcomes, and disturbs no running task. It
// does not run tasks, and knows about workers only what they report.
//
// The decisions are made in the packages inside: lifecycle is the state machine, events in, commands out; plan
// decides what a launch does about every task; catalog knows what manifests and files say. This package is the
// shell around them. Start reading at coordinator.go. launch.go and submit.go submit tasks to the machine, and
// carry_out.go carries out its commands. placing.go and linking.go give results their names, and flush.go makes
// all this durable. fault.go and retrying.go set aside sweeps whose files cannot be read or written; restore.go
// resumes sweeps after a restart. window.go keeps the queue filled with the orders that are to be executed
// next, register.go follows what workers claim, and presence.go ends attempts that are no longer heard from.
// serve.go lists the requests.
package coordinator
