package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// interrupted is the cause of a context that a signal ended.
type interrupted struct{ signal syscall.Signal }

func (e *interrupted) Error() string { return fmt.Sprintf("stopped by %s", e.signal) }

// code is the exit code by the shells' convention: 130 for INT, 143 for TERM.
func (e *interrupted) code() int { return 128 + int(e.signal) }

// watchSignals returns a context that the first INT or TERM ends, with an
// *interrupted as its cause. The second one exits the process at once.
func watchSignals(exit func(int)) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals, done := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for stage := 1; ; stage++ {
			select {
			case s := <-signals:
				cause := &interrupted{s.(syscall.Signal)}
				if stage > 1 {
					exit(cause.code())
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
