package cli

import (
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// AbortOnCrash makes a crash (a panic, a fatal error of the Go runtime, SIGQUIT) end the program with SIGABRT. Go would exit
// with 2, which here means bad input. It also disables core files, which would hold keys and be as large as the memory, unless
// GOTRACEBACK=crash asks for one.
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
