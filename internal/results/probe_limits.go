package results

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// probeMemory is how much memory the child of a Prober may allocate: the weights and correlations of the largest network
// take half of it. Go's runtime and thread stacks reserve more addresses than they use, so addresses have their own
// limit.
const (
	probeMemory    = 1536 << 20
	probeAddresses = 8 << 30
)

// probeEnvironment keeps the child's runtime from reserving memory for threads and cores that it doesn't use, and from
// printing a traceback when it crashes.
var probeEnvironment = []string{"GOMAXPROCS=2", "MALLOC_ARENA_MAX=2", "GOTRACEBACK=none", "GOGC=25"}

// probeTime is how long reading a file of that size may take. On a slow network disk the largest files take a minute per
// gigabyte.
func probeTime(size int64) time.Duration {
	return 2*time.Minute + time.Duration(size>>23)*time.Second
}

// maxAnswer is how many bytes the child may write.
func maxAnswer(want string) int {
	if want == wantLog {
		return 64 << 20
	}
	return 1 << 20
}

// limitProbe limits this process irrevocably.
func limitProbe(size int64) error {
	most := probeTime(size)
	seconds := uint64(most / time.Second)
	for what, limit := range map[int]uint64{
		unix.RLIMIT_AS: probeAddresses, unix.RLIMIT_DATA: probeMemory, unix.RLIMIT_CPU: seconds, unix.RLIMIT_CORE: 0, unix.RLIMIT_FSIZE: 0,
	} {
		var now unix.Rlimit
		if err := unix.Getrlimit(what, &now); err != nil {
			return fmt.Errorf("limit probe: %w", err)
		}
		limit = min(limit, now.Cur)
		if err := unix.Setrlimit(what, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("limit probe: %w", err)
		}
	}
	// The parent kills this process earlier, unless the parent itself was killed.
	time.AfterFunc(most+10*time.Second, func() { unix.Kill(unix.Getpid(), unix.SIGKILL) })
	return nil
}
