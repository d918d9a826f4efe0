package cli

import (
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// AbortOnCrash has a crash of the program, by a panic, by whatever Go's runtime finds
// fatal or by SIGQUIT, end it with SIGABRT. Go would exit with 2, which means here that
// nothing was run. There is no core file, which would hold keys and be as large as the
// memory, unless GOTRACEBACK=crash asks for one.
func AbortOnCrash(getenv func(string) string) {
	debug.SetTraceback("crash")
	if getenv("GOTRACEBACK") == "crash" {
		return
	}
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CORE, &limit) == nil {
		limit.Cur = 0
		_ = unix.Setrlimit(unix.RLIMIT_CORE, &limit) // lowering it is always allowed
	}
}
