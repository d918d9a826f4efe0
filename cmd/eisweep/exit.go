package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"eisweep/coordinator/plan"
	"eisweep/internal/access"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/lease"
	"eisweep/internal/natsconn"
	"eisweep/internal/natsserver"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

// The exit codes (docs/exit-codes.md). Interrupts add 128 to the signal: 129, 130, 143.
const (
	exitDone     = 0
	exitInternal = 1
	exitInput    = 2
	exitTasks    = 3
	exitStorage  = 4
	exitLost     = 5
	exitInUse    = 6
)

// exitError ends a command with a code. Without an error everything has been said.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// ExitCode is the code that the command ends with.
func (e *exitError) ExitCode() int { return e.code }

// withCode is an error with an exit code of its own.
func withCode(code int, err error) error { return &exitError{code, err} }

// longestGiven is how many characters of an argument an error repeats.
const longestGiven = 400

// usage is an error in what the person gave, which is not repeated at full length.
func usage(format string, args ...any) error {
	short := make([]any, len(args))
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			arg = sim.Shorten(text, longestGiven)
		}
		short[i] = arg
	}
	return failure(exitInput, format, short...)
}

// failure is an error with its exit code. Words among args stay in one line.
func failure(code int, format string, args ...any) error {
	return &exitError{code, fmt.Errorf(format, inLines(args)...)}
}

// exitCode maps an error to the exit code. Where several kinds came together the
// first of interrupted, 4, 5, 3 counts.
func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	best := exitInternal
	for _, e := range leaves(err) {
		if c := codeOf(e); rank(c) < rank(best) {
			best = c
		}
	}
	return best
}

// rank orders exit codes by what counts first.
func rank(code int) int {
	for i, c := range []int{exitInUse, exitStorage, exitLost, exitTasks, exitInput} {
		if code == c {
			return i + 1
		}
	}
	if code > 128 {
		return 0
	}
	return 6
}

// leaves lists the errors that were joined; one that says more than those that it
// wraps is one error.
func leaves(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var out []error
	var texts []string
	for _, e := range joined.Unwrap() {
		out, texts = append(out, leaves(e)...), append(texts, e.Error())
	}
	if err.Error() != strings.Join(texts, "\n") {
		return []error{err}
	}
	return out
}

func codeOf(err error) int {
	var coded interface{ ExitCode() int }
	var inUse *root.InUseError
	var faults *sweeps.Faults
	var supersede *plan.SupersedeError
	var refusal *control.Refusal
	var damaged *access.DamagedError
	switch {
	case errors.As(err, &coded):
		return coded.ExitCode()
	case errors.As(err, &refusal):
		return codeOfRefusal(refusal.Kind)
	case errors.As(err, &inUse), errors.Is(err, natsserver.ErrStoreInUse), errors.Is(err, lease.ErrLost), errors.Is(err, root.ErrLockLost):
		return exitInUse
	case errors.As(err, &faults), errors.As(err, &supersede),
		errors.Is(err, root.ErrUntrusted), errors.Is(err, root.ErrForbidden), errors.Is(err, root.ErrNoFolder), errors.Is(err, natsconn.ErrSite):
		return exitInput
	case errors.Is(err, natsconn.ErrUnreachable), errors.Is(err, natsconn.ErrOldServer),
		errors.Is(err, queue.ErrNoQueue), errors.Is(err, queue.ErrNoCoordinator), errors.Is(err, natsconn.ErrRefused),
		errors.Is(err, natsconn.ErrPermission), errors.Is(err, natsconn.ErrNoJetStream), errors.Is(err, access.ErrNoAccess):
		return exitLost
	case errors.Is(err, natsserver.ErrStore), errors.Is(err, natsconn.ErrLimit), errors.Is(err, root.ErrIdentity), errors.As(err, &damaged),
		atomicfile.IsStorage(err):
		return exitStorage
	}
	return exitInternal
}

// summaryError holds the codes of the failures that a summary tells of; nil when
// no task failed.
func summaryError(sum control.Summary) error {
	var errs []error
	for _, s := range sum.Sweeps {
		for class, n := range s.ByClass {
			if n > 0 {
				errs = append(errs, &exitError{code: codeOfClass(class)})
			}
		}
	}
	return errors.Join(errs...)
}

func codeOfRefusal(k control.Kind) int {
	switch k {
	case control.Input, control.InTheWay, control.Unknown:
		return exitInput
	case control.Storage:
		return exitStorage
	case control.Busy:
		return exitLost
	default:
		return exitInternal
	}
}

func codeOfClass(c protocol.Class) int {
	switch c {
	case protocol.Storage:
		return exitStorage
	case protocol.Lost:
		return exitLost
	default:
		return exitTasks
	}
}

// ended returns the cause of a context's end: the signal, if it was one.
func ended(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return ctx.Err()
}

// errorText is what the person is told of an error: one paragraph each of those
// that were joined, once, "" when everything has been said.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	var parts []string
	for _, e := range leaves(err) {
		text := strings.TrimRight(pathsInLine(e), "\n")
		if text != "" && !slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(part, text) }) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n")
}
