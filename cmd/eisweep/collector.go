package main

import "runtime/debug"

// heapGrowth is by how many percent the heap of a process that runs tasks grows
// before it is collected. A task holds some 80 MiB for hours and hardly allocates, so
// that collecting early takes no time and spares most of the usual 100 %.
const heapGrowth = 25

// collectEarly is for processes that run tasks. GOGC, where it is set, has its way.
func collectEarly(e *environment) {
	if e.getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
}
