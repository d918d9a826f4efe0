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

// coordinatorHeap is the soft memory limit of a coordinator, in bytes: a million tasks need about 600 MiB.
const coordinatorHeap = 900 << 20

// LimitHeap sets the soft memory limit of a coordinator, unless GOMEMLIMIT is set.
func LimitHeap(e *Env) {
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
