package cli

import (
	"runtime/debug"
)

// The growth of the heap, in percent, after which garbage is collected in a process that runs tasks. A task of the published size
// holds some 80 MiB for hours and hardly allocates, so early collection costs no time and saves most of the usual 100 %. Tasks that
// hold next to nothing come and go by the hundreds per second.
const (
	largeGrowth = 25
	smallGrowth = 300
	largeTasks  = 16 << 20 // bytes
)

// A coordinator keeps what it knows of its tasks, and allocates little beside that, so early collection costs little time. With
// a million tasks that are done it takes about 300 MiB. The soft limit is for sweeps of many millions.
const (
	coordinatorGrowth = 40
	coordinatorHeap   = 900 << 20 // bytes
)

// LimitHeap has a coordinator collect garbage early, and sets its soft memory limit, unless GOGC or GOMEMLIMIT say otherwise.
func LimitHeap(e *Env) {
	if e.Getenv("GOGC") == "" {
		debug.SetGCPercent(coordinatorGrowth)
	}
	if e.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(coordinatorHeap)
	}
}

// TuneGC returns what a worker calls when the memory that its tasks take changes, which adapts the garbage collector. It is nil if
// GOGC is set.
func TuneGC(e *Env) func(bytes int64) {
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
