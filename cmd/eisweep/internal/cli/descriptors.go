package cli

import (
	"math"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// CloseOnExec keeps inherited descriptors other than stdin, stdout and stderr from the processes that this one starts: one that
// outlives it would hold the caller's locks and pipes.
func CloseOnExec() {
	if unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) != nil { // before Linux 5.11
		CloseOnExecEach()
	}
}

// CloseOnExecEach does the same one descriptor at a time, for kernels before Linux 5.11.
func CloseOnExecEach() {
	entries, _ := os.ReadDir("/proc/self/fd") // without /proc they stay as they are
	for _, entry := range entries {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
}
