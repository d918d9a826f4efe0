package main

import "runtime/debug"

// heapGrowth is by how many percent the heap of a process that runs tasks grows
// before it is collected. A task holds some 80 MiB for hours and hardly allocates, so
// that collecting early takes no time and spares most of the usual 100 %.
const heapGrowth = 25

// coordinatorHeap is how much a coordinator takes before it collects garbage all the
// time: a million tasks need about 600 MiB of it.
const coordinatorHeap = 900 << 20

// boundHeap is for coordinators. GOMEMLIMIT, where it is set, has its way.
func boundHeap(e *environment) {
	if e.getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(coordinatorHeap)
	}
}

// collectEarly is for processes that run tasks. GOGC, where it is set, has its way.
func collectEarly(e *environment) {
	if e.getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
}
