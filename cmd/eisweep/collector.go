package main

import (
	"runtime/debug"

	"eisweep/cmd/eisweep/internal/cli"
)

// By how many percent the heap of a process that runs tasks grows before it is
// collected. A task of the published size holds some 80 MiB for hours and hardly
// allocates, so that collecting early takes no time and spares most of the usual 100 %.
// Tasks that hold next to nothing come and go by the hundreds a second.
const (
	largeGrowth = 25
	smallGrowth = 300
	largeTasks  = 16 << 20 // bytes
)

// coordinatorHeap is how much a coordinator takes before it collects garbage all the
// time: a million tasks need about 600 MiB of it.
const coordinatorHeap = 900 << 20

// boundHeap is for coordinators. GOMEMLIMIT, where it is set, has its way.
func boundHeap(e *cli.Env) {
	if e.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(coordinatorHeap)
	}
}

// collector returns what a worker is to tell of the memory that its tasks take; nil
// where GOGC is set, which has its way.
func collector(e *cli.Env) func(bytes int64) {
	if e.Getenv("GOGC") != "" {
		return nil
	}
	growth := smallGrowth
	debug.SetGCPercent(growth)
	return func(bytes int64) {
		want := smallGrowth
		if bytes >= largeTasks {
			want = largeGrowth
		}
		if want != growth {
			growth = want
			debug.SetGCPercent(growth)
		}
	}
}
