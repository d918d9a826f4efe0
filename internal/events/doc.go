// Package events keeps the event log of a root: what happened to its sweeps, workers, attempts and coordinators, when, to whom
// and why. ROOT/.eisweep/events.jsonl has one event per line; docs/events.md describes the fields.
//
// It guarantees that the log survives restarts; that a damaged log keeps nobody from working; that only the owner of the root writes
// to it; that its two files together have at most about 32 MiB, since the older one is removed when the newer one is full; and that
// sequence numbers grow, also over restarts and crashes, so that a reader who remembers the last one misses no event and gets none
// twice. A reader skips a line that a crash cut short. Adding an event never waits for storage. Lines are written a fraction of a
// second later, so a crash may cost the last ones; whoever must not lose one calls Log.Save.
//
// Starts and ends of attempts are listed one by one only as long as there are few of them: see crowd.go. Failures, losses and
// whatever a person did are always listed.
//
// There is no stream in NATS and no subject for followers. Every command reaches the root directory, and the file is readable for
// whoever may use the root, so a second copy would only need permissions, a bound and a repair of its own. In the coordinator's
// process, Log.After has the events without a file in between.
//
// Start reading at Event (event.go) and Kind (kind.go). log.go is the owner's side, read.go the readers'.
package events
