package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// interrupted is the cause of a context that a signal ended.
type interrupted struct{ signal syscall.Signal }

func (e *interrupted) Error() string { return fmt.Sprintf("stopped by %s", e.signal) }

// code is the exit code by the shells' convention: 129 for HUP, 130 for INT, 143 for TERM.
func (e *interrupted) code() int { return 128 + int(e.signal) }

// watchSignals returns a context that the first INT, TERM or HUP (its terminal is gone;
// not under nohup) ends, with an *interrupted as its cause. The second one exits the
// process at once, unless it is the first one come twice.
func watchSignals(exit func(int)) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals, done := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		var wish wish
		for {
			select {
			case s := <-signals:
				cause := &interrupted{s.(syscall.Signal)}
				if wish.again(time.Now()) {
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

// oneWish is for how long signals count as one: what ends a group of processes, as
// timeout, scancel and shells do, sends each of them its signal twice.
const oneWish = time.Second

// wish is that the program end.
type wish struct {
	first time.Time
}

// again reports whether a signal says so once more.
func (w *wish) again(now time.Time) bool {
	if w.first.IsZero() {
		w.first = now
	}
	return now.Sub(w.first) > oneWish
}
