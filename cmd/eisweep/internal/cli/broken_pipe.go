package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// IgnoreBrokenPipe lets this process outlive the reader of stdout and stderr: a write then fails, and nothing else happens.
// Otherwise SIGPIPE would end a service in the middle of its work, at its first message after Ctrl-C in `eisweep worker 2>&1 |
// tee log`. Programs that this process starts get SIGPIPE as usual.
func IgnoreBrokenPipe() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
