package sim

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNumeric is wrapped by every numeric failure; *NumericError says where it happened.
var ErrNumeric = errors.New("a value is not finite")

// ErrInvalid is wrapped by the errors of tasks that cannot be run.
var ErrInvalid = errors.New("the task cannot be run")

// ErrState is wrapped by the errors of Restore.
var ErrState = errors.New("not a state of this task")

// NumericError says which value was not finite, and where. It ends the task: running the
// same task again fails at the same place.
type NumericError struct {
	Phase    string // "responses", "training" or "perturbing"
	Trial    int    // from 1; 0 outside training
	Stimulus [3]int // its place on the three axes
	What     string // what was not finite: "the rates", "wei", "v of wei (…)", …
}

func (e *NumericError) Error() string {
	where := e.Phase
	if e.Trial > 0 {
		where = fmt.Sprintf("trial %d", e.Trial)
	}
	return fmt.Sprintf("%s not finite in %s, stimulus (%d, %d, %d): %s", e.What, where, e.Stimulus[0], e.Stimulus[1], e.Stimulus[2],
		e.usualCause())
}

// usualCause says in plain words which parameters usually bring a value out of range.
func (e *NumericError) usualCause() string {
	if e.Trial > 0 {
		return "usually the learning rates (pl.eta_e, pl.eta_i) are too high"
	}
	return "usually the weights (sy.*.w_total) or the inputs (inp.*) are too large"
}

// Unwrap makes errors.Is(err, ErrNumeric) true.
func (e *NumericError) Unwrap() error { return ErrNumeric }

// invalid wraps all faults of a task in one error; nil if there are none.
func invalid(faults []error) error {
	if len(faults) == 0 {
		return nil
	}
	var lines []string
	for _, f := range faults {
		lines = append(lines, f.Error())
	}
	return fmt.Errorf("%w: %s", ErrInvalid, strings.Join(lines, "; "))
}
