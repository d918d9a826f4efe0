package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// IgnoreBrokenPipe has what reads stdout and stderr by a pipe end without this process: a
// write then fails, and nothing more happens. Otherwise SIGPIPE would end a service in the
// middle of its work, at its first word after Ctrl-C in `eisweep worker 2>&1 | tee log`.
// Programs that are started from here get SIGPIPE as ever.
func IgnoreBrokenPipe() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
