//go:build cgo

package inherited

/*
#include <signal.h>

static unsigned long long ignored;

// note runs before Go's runtime, which replaces SIG_IGN of most signals by its own handler.
__attribute__((constructor)) static void note(void) {
	for (int number = 1; number < 64; number++) {
		struct sigaction was;
		if (sigaction(number, NULL, &was) == 0 && !(was.sa_flags & SA_SIGINFO) && was.sa_handler == SIG_IGN)
			ignored |= 1ULL << number;
	}
}

static int was_ignored(int number) { return number > 0 && number < 64 && (ignored >> number & 1); }
*/
import "C"

import "syscall"

// Ignored reports whether the process was started with a signal ignored.
func Ignored(s syscall.Signal) bool { return C.was_ignored(C.int(s)) != 0 }
