// Package lease decides which process owns a root, even among hosts that share the root over a network.
//
// Owners are numbered by epochs. Each leaves a record, ROOT/.eisweep/owner/<epoch>, which exactly one process can
// create; the highest epoch owns the root. One goroutine of the owner rewrites a counter in its record, and verifies
// after each rewrite that no higher epoch exists. The owner may start writes until T: 40 s after its last successful
// renewal began, by both the boot-time clock and the time of day. A step back of either clock also ends the term. After
// that, the owner renews before it writes. The end of the term waits neither for storage nor for the log.
//
// Another process may create the next epoch in three cases. The record says that the root was released. Or the process
// holds the root's lock, the lock file still carries the owner's signature, and it is from the same host since the same
// boot, or both processes have the root on a file system that only one kernel mounts at a time.
// Or twelve reads, 5 s apart and each answered within 2 s, found the record unchanged. So two processes can never start
// writes at the same time, as long as their boot-time clocks run at about the same rate.
//
// A Standby waits for its turn by the same rules, but without the lock: after the reads, it creates the next epoch first and takes
// the lock then. It does not replace an owner whose process exists on its own kernel.
//
// A write that the owner began before T can still reach a file server later. The package cannot prevent that; MustFence
// says when the files that are appended to need new inodes first. Nor does the package notice a virtual machine that is
// paused so that neither of its clocks moves; that needs the same remedy.
//
// Start reading at Acquire; renewal.go is the owner's part, candidate.go that of the next owner, standby.go
// that of one that waits.
package lease
