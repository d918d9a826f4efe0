// Package conditions watches the free space on the root's disk and whether NATS answers. It records when either fails and when it is
// back.
//
// It guarantees one event per change. A disk has enough space again only when twice the limit is free, so that a sweep that fills it
// slowly causes no flood of events. It decides nothing else: package faults and the workers decide what a full disk stops.
//
// Start reading at Watch.
package conditions
