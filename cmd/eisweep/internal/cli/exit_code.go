package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
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
	ExitOK       = 0
	ExitInternal = 1
	ExitInput    = 2
	ExitTasks    = 3
	ExitStorage  = 4
	ExitLost     = 5
	ExitInUse    = 6
)

// ExitError ends a command with a code. Without an error, the message has already been printed.
type ExitError struct {
	Code int
	Err  error
}

func (e *ExitError) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

func (e *ExitError) Unwrap() error { return e.Err }

// ExitCode is the code that the command ends with.
func (e *ExitError) ExitCode() int { return e.Code }

// WithCode adds an exit code to an error.
func WithCode(code int, err error) error { return &ExitError{code, err} }

// maxArgumentEcho is how many characters of an argument an error repeats.
const maxArgumentEcho = 400

// Usagef returns an error about the user's input. It shortens long string arguments.
func Usagef(format string, args ...any) error {
	short := make([]any, len(args))
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			arg = sim.Shorten(text, maxArgumentEcho)
		}
		short[i] = arg
	}
	return Errorf(ExitInput, format, short...)
}

// Errorf returns an error with an exit code. String arguments cannot break its line.
func Errorf(code int, format string, args ...any) error {
	return &ExitError{code, fmt.Errorf(format, oneLineArgs(args)...)}
}

// ExitCode maps an error to the exit code. Where several kinds came together the
// first of interrupted, 4, 5, 3 counts.
func ExitCode(err error) int {
	if err == nil {
		return ExitOK
	}
	best := ExitInternal
	for _, e := range Leaves(err) {
		if c := codeOf(e); rank(c) < rank(best) {
			best = c
		}
	}
	return best
}

// rank orders exit codes by what counts first.
func rank(code int) int {
	for i, c := range []int{ExitInUse, ExitStorage, ExitLost, ExitTasks, ExitInput} {
		if code == c {
			return i + 1
		}
	}
	if code > 128 {
		return 0
	}
	return 6
}

// Leaves lists the errors that were joined. An error that adds text to those that it wraps counts as one.
func Leaves(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var out []error
	var texts []string
	for _, e := range joined.Unwrap() {
		out, texts = append(out, Leaves(e)...), append(texts, e.Error())
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
	var dropping *plan.DropError
	var refusal *control.Refusal
	var damaged *access.DamagedError
	switch {
	case errors.As(err, &coded):
		return coded.ExitCode()
	case errors.As(err, &refusal):
		return codeOfRefusal(refusal.Kind)
	case errors.As(err, &inUse), errors.Is(err, natsserver.ErrStoreInUse), errors.Is(err, lease.ErrLost), errors.Is(err, root.ErrLockLost):
		return ExitInUse
	case errors.As(err, &faults), errors.As(err, &supersede), errors.As(err, &dropping),
		errors.Is(err, root.ErrUntrusted), errors.Is(err, root.ErrForbidden), errors.Is(err, root.ErrNotDirectory),
		errors.Is(err, root.ErrNoPlace), errors.Is(err, root.ErrInSweep), errors.Is(err, natsconn.ErrSite):
		return ExitInput
	case errors.Is(err, natsconn.ErrUnreachable), errors.Is(err, natsconn.ErrOldServer),
		errors.Is(err, queue.ErrNoQueue), errors.Is(err, queue.ErrNoCoordinator), errors.Is(err, natsconn.ErrRefused),
		errors.Is(err, natsconn.ErrPermission), errors.Is(err, natsconn.ErrNoJetStream), errors.Is(err, access.ErrNoAccess):
		return ExitLost
	case errors.Is(err, natsserver.ErrStore), errors.Is(err, natsconn.ErrLimit), errors.Is(err, root.ErrIdentity), errors.As(err, &damaged),
		errors.As(err, new(*records.DamagedError)), atomicfile.IsStorage(err):
		return ExitStorage
	}
	return ExitInternal
}

// SummaryError returns an error with the exit codes of a summary's failures, or nil if no task failed.
func SummaryError(sum control.Summary) error {
	var errs []error
	for _, s := range sum.Sweeps {
		for class, n := range s.ByClass {
			if n > 0 {
				errs = append(errs, &ExitError{Code: ClassCode(class)})
			}
		}
	}
	return errors.Join(errs...)
}

func codeOfRefusal(k control.Kind) int {
	switch k {
	case control.Input, control.InTheWay, control.Drops, control.Unknown:
		return ExitInput
	case control.Storage:
		return ExitStorage
	case control.Busy:
		return ExitLost
	default:
		return ExitInternal
	}
}

// ClassCode is the exit code for failures of a class.
func ClassCode(c protocol.Class) int {
	switch c {
	case protocol.Storage:
		return ExitStorage
	case protocol.Lost:
		return ExitLost
	default:
		return ExitTasks
	}
}

// Cause returns the cause of a context's end: the signal, if it was one.
func Cause(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return ctx.Err()
}

// ErrorText is what a person reads of an error: a paragraph for each joined error, without repetitions. It is empty if
// everything has been printed already.
func ErrorText(err error) string {
	if err == nil {
		return ""
	}
	var parts []string
	for _, e := range Leaves(err) {
		text := strings.TrimRight(textWithPathsOnOneLine(e), "\n")
		if text != "" && !slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(part, text) }) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n")
}
