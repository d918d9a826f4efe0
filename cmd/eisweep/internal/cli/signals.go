package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"eisweep/internal/inherited"
)

// Interrupted is the cause of a context that a signal ended.
type Interrupted struct{ Signal syscall.Signal }

func (e *Interrupted) Error() string {
	switch e.Signal {
	case syscall.SIGINT:
		return "interrupted (Ctrl-C)"
	case syscall.SIGTERM:
		return "terminated (SIGTERM)"
	case syscall.SIGHUP:
		return "terminated, as the terminal was closed (SIGHUP)"
	case syscall.SIGXCPU:
		return "terminated at the limit of CPU time (SIGXCPU)"
	}
	return fmt.Sprintf("stopped by a signal (%s)", e.Signal)
}

// ExitCode is the exit code by the shells' convention: 129 for HUP, 130 for INT, 143 for TERM.
// XCPU is TERM by another name.
func (e *Interrupted) ExitCode() int {
	if e.Signal == syscall.SIGXCPU {
		return 128 + int(syscall.SIGTERM)
	}
	return 128 + int(e.Signal)
}

// runtimeSignals also end the program, and Go's runtime handles them: QUIT prints the goroutines, PIPE means that the reader is
// gone.
var runtimeSignals = []syscall.Signal{syscall.SIGQUIT, syscall.SIGPIPE}

// stopSignals end the program: from a person, a service manager, a closed terminal, or a limit of CPU time.
var stopSignals = []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGXCPU}

// WatchSignals returns a context that the first INT, TERM, HUP or XCPU ends, with an *Interrupted as its cause. Signals that
// were ignored when the program started, as under nohup, stay ignored. The second signal exits the process at once, unless it
// is a duplicate of the first, or an XCPU, which the kernel repeats every second.
func WatchSignals(exit func(int)) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals, done := make(chan os.Signal, 2), make(chan struct{})
	for _, s := range stopSignals {
		if inherited.Ignored(s) {
			signal.Ignore(s)
		} else {
			signal.Notify(signals, s)
		}
	}
	for _, s := range runtimeSignals {
		if inherited.Ignored(s) {
			signal.Ignore(s)
		}
	}
	go func() {
		var request interrupt
		for {
			select {
			case s := <-signals:
				cause := &Interrupted{s.(syscall.Signal)}
				if s != syscall.SIGXCPU && request.isRepeat(time.Now()) {
					exit(cause.ExitCode())
				}
				cancel(cause)
			case <-done:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

// OrInterrupted is the signal that ended the context, if one did, else the error.
func OrInterrupted(ctx context.Context, err error) error {
	var signal *Interrupted
	if err != nil && errors.As(context.Cause(ctx), &signal) {
		return signal
	}
	return err
}

// doubleTapWindow is how long signals count as one: programs that end a group of processes, such as timeout, scancel and
// shells, send each process its signal twice.
const doubleTapWindow = time.Second

// interrupt is the request to stop that signals make.
type interrupt struct {
	first time.Time
}

// isRepeat reports whether a signal repeats the request.
func (w *interrupt) isRepeat(now time.Time) bool {
	if w.first.IsZero() {
		w.first = now
	}
	return now.Sub(w.first) > doubleTapWindow
}
