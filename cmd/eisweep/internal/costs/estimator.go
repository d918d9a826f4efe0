package costs

import (
	"context"
	"runtime"
	"time"

	"eisweep/cmd/eisweep/internal/display"
	"eisweep/coordinator/plan"
	"eisweep/internal/estimate"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// MeasureTime is how long a plan measures the model on this machine, for all its sweeps together.
const MeasureTime = 2 * time.Second

// Estimator estimates what tasks will need.
type Estimator struct {
	history *history
	slots   int
}

// NewEstimator reads the results of a root. Wall time is estimated for so many slots; 0 is as many as this machine has cores. Errors
// are the context's, or of reading the root.
func NewEstimator(ctx context.Context, r *root.Root, prober prober, planned []plan.Sweep, slots int) (*Estimator, error) {
	h, err := readHistory(ctx, r, prober, func(string, *manifest.Line) bool { return true })
	if err != nil {
		return nil, err
	}
	h.addPlanned(planned)
	return &Estimator{h, slots}, nil
}

// addPlanned adds the trainings of planned sweeps that another planned sweep starts from.
func (h *history) addPlanned(planned []plan.Sweep) {
	wanted := map[string]bool{}
	for i := range planned {
		if s := planned[i].Sweep; s.SourceName() != "" && !s.SourceIsPath() {
			wanted[s.SourceName()] = true
		}
	}
	for i := range planned {
		if !wanted[planned[i].Name] {
			continue
		}
		for t := range planned[i].Expansion.All() {
			if _, known := h.networks[t.ID]; !known && t.Experiment.Trains() {
				h.networks[t.ID] = network{parameters: t.Parameters}
			}
		}
	}
}

// Tally is the tasks of a sweep that are to run.
type Tally struct {
	estimate.Tally
	estimator *Estimator
}

// NewTally returns an empty Tally.
func (x *Estimator) NewTally() *Tally { return &Tally{estimator: x} }

// Add adds a task.
func (t *Tally) Add(task *sweeps.Task) { t.Tally.Add(task, t.estimator.history.trainingOf(task)) }

// Estimate measures the model for about a time, and estimates what the tasks need; nil if there are none. The error is the context's.
func (t *Tally) Estimate(ctx context.Context, measuring time.Duration) (*display.Estimate, error) {
	if t.Tasks == 0 {
		return nil, nil
	}
	e, err := t.estimator.estimate(ctx, &t.Tally, measuring)
	if err != nil {
		return nil, err
	}
	slots := t.estimator.slots
	if slots == 0 {
		slots = runtime.GOMAXPROCS(0)
	}
	return display.NewEstimate(e, slots), nil
}

func (x *Estimator) estimate(ctx context.Context, t *estimate.Tally, measuring time.Duration) (*estimate.Estimate, error) {
	pilot := estimate.Pilot{Time: measuring, Cores: runtime.GOMAXPROCS(0), Network: x.history.networkOf}
	measured, err := pilot.Measure(ctx, t)
	if err != nil {
		return nil, err
	}
	return t.Estimate(measured, &x.history.results), nil
}
