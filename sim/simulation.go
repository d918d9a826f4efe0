package sim

import (
	"context"
	"errors"
)

// ErrNumeric is wrapped by every failure of the numbers; *NumericError says where.
var ErrNumeric = errors.New("a value is not finite")

// Progress is how far a simulation has come.
type Progress struct {
	Phase  string // "responses", "training" or "perturbing"
	Trial  int    // trials begun, of Trials
	Trials int
	Done   int64 // stimuli settled, of Total (an upper bound where a task may end early)
	Total  int64
	Steps  int64 // Euler steps taken so far
}

// Simulation runs one task. It is not safe for concurrent use.
type Simulation struct{}

// New prepares a simulation. The error wraps ErrInvalid when the parameters,
// the initial state or the source don't go together.
func New(task *Task) (*Simulation, error) { panic("to come") }

// ErrInvalid is wrapped by the errors of tasks that cannot be run.
var ErrInvalid = errors.New("the task cannot be run")

// Step settles one stimulus and does what the model does after it. It reports
// whether the task is done.
func (s *Simulation) Step() (done bool, err error) { panic("to come") }

// Run steps until the task is done, the context ends (within 100 ms, between two
// stimuli, with the context's error) or the numbers fail. observe, if not nil, is
// called after every stimulus.
func (s *Simulation) Run(ctx context.Context, observe func(Progress)) error { panic("to come") }

// Progress returns how far the simulation has come.
func (s *Simulation) Progress() Progress { panic("to come") }

// Result returns what a finished simulation computed; nil before it is done.
func (s *Simulation) Result() *Result { panic("to come") }

// Save returns the whole state between two stimuli: Restore of it into a
// simulation of the same task goes on with the same bits.
func (s *Simulation) Save() ([]byte, error) { panic("to come") }

// Restore replaces the state by a saved one. The error wraps ErrState when the
// bytes are damaged, of another version or of another task; the simulation is
// then as it was.
func (s *Simulation) Restore(state []byte) error { panic("to come") }

// ErrState is wrapped by the errors of Restore.
var ErrState = errors.New("not a state of this task")
