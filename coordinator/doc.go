// Package coordinator decides: which tasks of a launch are to be executed, what
// an outcome settles, what a failure blocks and what it lets go on; it places
// results in the folders of the sweeps that want them and keeps the manifests.
// It answers people's requests, and lives for weeks if it is let.
//
// It guarantees that a result is placed once, under one name for one task, and
// that nothing is overwritten; that the manifest never says more than what lies
// on the disk; and that a coordinator which died is made up for by the next one
// from manifests, files, stands of sweeps and outcomes, without disturbing what is
// at work. It does not run tasks, and knows workers only by what they tell.
//
// Start reading at package lifecycle: the decisions as a pure state machine, events in,
// commands out. coordinator.go is the shell around it: launch.go and entering.go
// feed it with what is wanted, carry_out.go does what it commands, batch.go makes that
// durable, placing.go is the way of a file into a sweep's folder, fault.go keeps what could not be done for a sweep
// until that is repaired, restore.go goes on after a restart,
// reconcile.go compares with the queue, serve.go lists the requests. Package plan compares
// a launch with what there is; package catalog knows what the manifests say.
package coordinator
