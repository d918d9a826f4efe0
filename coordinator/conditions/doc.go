// Package conditions watches what a coordinator depends on, and records when it begins to lack and when it is back: free space on the
// root's disk, and answers of NATS.
//
// It guarantees one event per change. A disk has enough space again only when twice the limit is free, so that a sweep that fills it
// slowly makes no flood of events. It decides nothing else: what a full disk stops is for package faults and for the workers.
//
// Start reading at Watch.
package conditions
