package worker

import (
	"errors"
	"fmt"
	"io/fs"

	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sim"
)

// failure is an error and its class, which decides what happens to the task.
type failure struct {
	class protocol.Class
	err   error
	ours  bool // of storage: this worker's writing or reading failed, not only an input
}

// errAltered: an input is not the file that the order names.
var errAltered = errors.New("the file is not the one that the task was planned with")

// errOrder: an order does not match its own id, or is not a valid order.
var errOrder = errors.New("the order cannot be understood")

// panicError is a panic of a runner.
type panicError struct{ value any }

func (e *panicError) Error() string {
	return fmt.Sprintf("internal error: %v; the attempt's log has the place", e.value)
}

// final are the errors with which the same task would fail again.
var final = []error{sim.ErrInvalid, errOrder, root.ErrPathEscapes, results.ErrNotResult, results.ErrUntrained}

// failureOf classifies an error of an attempt. An error that is not known to be the task's own counts as one of
// storage, which is tried again.
func failureOf(err error) failure {
	var only *results.ErrorOnlyFile
	var panicked *panicError
	switch {
	case err == nil:
		return failure{}
	case errors.Is(err, sim.ErrNumeric):
		return failure{class: protocol.Numeric, err: err}
	case errors.As(err, &only), errors.As(err, &panicked):
		return failure{class: protocol.Invalid, err: err}
	}
	for _, f := range final {
		if errors.Is(err, f) {
			return failure{class: protocol.Invalid, err: err}
		}
	}
	var input *inputError
	ours := !errors.As(err, &input) || !errors.Is(err, errAltered) && !errors.Is(err, fs.ErrNotExist)
	return failure{class: protocol.Storage, err: err, ours: ours}
}
