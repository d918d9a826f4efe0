package cli

import (
	"math"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// CloseOnExec keeps the descriptors that this process was started with, but for stdin,
// stdout and stderr, from the processes that it starts: one that outlives it would hold
// the caller's locks and pipes.
func CloseOnExec() {
	if unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) != nil { // before Linux 5.11
		CloseOnExecEach()
	}
}

// CloseOnExecEach does so for each descriptor that is open.
func CloseOnExecEach() {
	entries, _ := os.ReadDir("/proc/self/fd") // without /proc they stay as they are
	for _, entry := range entries {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
}
