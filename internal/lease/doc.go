// Package lease decides which process owns a root, also between hosts that share it over a network.
//
// Owners are numbered by epochs. Each leaves a record, ROOT/.eisweep/owner/<epoch>, which exactly one process can create;
// the highest epoch owns the root. One goroutine of the owner rewrites a counter in its record, and after each rewrite
// verifies that no higher epoch exists. The owner may start writes until T, 40 s after its last successful renewal began,
// by the boot-time clock and by the time of day; a step back of either ends the term as well. Afterwards it renews first.
//
// Another process may create the next epoch when the record says that it was released; when this process holds the root's
// lock, whose file still carries the owner's signature, on the same host since the same boot; or when twelve reads, 5 s
// apart, each answered within 2 s, found the record unchanged. So two processes never may start writes at the same time,
// as long as their boot-time clocks run at about the same rate.
//
// A write that the owner began before T can still reach a file server later. The package cannot prevent that; it says
// (MustFence) when the files that are appended to need new inodes first. A virtual machine that is paused so that neither
// of its clocks moves isn't noticed either, and needs the same.
//
// Start reading at Acquire; renewal.go has what the owner does, candidate.go what the next one does.
package lease
