package worker

import (
	"context"
	"fmt"
	"os"

	"eisweep/internal/atomicfile"
	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Job is a task as a runner gets it.
type Job struct {
	Task *sweeps.Task
	// Source and Initial are paths of the files that the task starts from, whose contents were checked; ""
	// where there is none. Until the job ends, they lead to the files that were checked, even if other files
	// have their names by then.
	Source, Initial string
	// Path is where the result belongs; nothing is there yet.
	Path string
	// Checkpoints saves states of the computation, from which another attempt can continue; nil saves none.
	Checkpoints *Checkpoints
	// Cores lends the cores of free slots; nil lends none.
	Cores sim.CoreLender
	// Trained, if not nil, gets the course of a training: now and then the trial that ended last.
	Trained func(sim.TrialCourse)

	inputs []*os.File // Source and Initial
}

// close closes the files that the task started from.
func (j *Job) close() {
	for _, f := range j.inputs {
		_ = f.Close() // it was only read
	}
}

// inputError is an error of a file that the task starts from.
type inputError struct {
	what string // "source" or "initial state"
	path string
	err  error
}

func (e *inputError) Error() string { return fmt.Sprintf("%s %s: %v", e.what, e.path, e.err) }
func (e *inputError) Unwrap() error { return e.err }

// newJob reads an order. It checks the parameters like those of a sweep file and computes the id anew: an order
// that does not match its id is refused.
func newJob(ctx context.Context, r *root.Root, order *protocol.TaskMessage) (*Job, error) {
	if err := order.Parameters.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", errOrder, err)
	}
	task := &sweeps.Task{
		ID: order.ID, Experiment: order.Experiment, Seed: order.Seed,
		Parameters: sim.Resolve(order.Experiment, order.Parameters),
	}
	if order.Source != nil {
		task.Source = inputOf(order.Source)
	}
	if order.Initial != nil {
		task.Initial = &sweeps.Initial{Input: *inputOf(&order.Initial.InputRef), Take: order.Initial.Take}
	}
	if id := sweeps.Identify(task); id != order.ID {
		return nil, fmt.Errorf("task %s: by its contents it is %s: %w", order.ID, id, errOrder)
	}
	job := &Job{Task: task}
	if err := job.check(ctx, r, order); err != nil {
		job.close()
		return nil, err
	}
	return job, nil
}

// inputOf is the input as the id counts it: a result under this root by its task,
// another file by its SHA-256.
func inputOf(in *protocol.InputRef) *sweeps.Input {
	if in.Task != (sweeps.ID{}) {
		return &sweeps.Input{Task: in.Task}
	}
	return &sweeps.Input{SHA256: in.SHA256}
}

// check finds the files that the task starts from and compares their contents
// with the order, before anything that a damaged file could crash reads them.
func (j *Job) check(ctx context.Context, r *root.Root, order *protocol.TaskMessage) (err error) {
	if order.Source != nil {
		if j.Source, err = j.openInput(ctx, r, order.Source); err != nil {
			return &inputError{"source", order.Source.Path, err}
		}
	}
	if order.Initial != nil {
		if j.Initial, err = j.openInput(ctx, r, &order.Initial.InputRef); err != nil {
			return &inputError{"initial state", order.Initial.Path, err}
		}
	}
	return nil
}

func (j *Job) openInput(ctx context.Context, r *root.Root, in *protocol.InputRef) (path string, err error) {
	f, err := r.OpenInput(in.Path)
	if err != nil {
		return "", err
	}
	j.inputs = append(j.inputs, f)
	hashed, err := results.HashOpen(ctx, f)
	if err != nil {
		return "", err
	}
	if hashed.SHA256 != in.SHA256 {
		return "", fmt.Errorf("SHA-256 is %s, not %s: %w; `eisweep verify` finds what was altered", hashed.SHA256, in.SHA256, errAltered)
	}
	return atomicfile.Descriptor(f), nil
}
