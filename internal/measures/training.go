package measures

import (
	"math"
	"slices"

	"eisweep/internal/results"
	"eisweep/internal/results/h5"
)

// training is about the training's trials. The last trial is the last one that showed a stimulus: a phase that ended early
// leaves trials that showed none.
var training = []group{
	{[]Measure{
		{"steps_min", "Euler steps", "fewest steps to settle in the last trial", "raw_data/steps_to_converge"},
		{"steps_mean", "Euler steps", "mean steps to settle in the last trial", "raw_data/steps_to_converge"},
		{"steps_max", "Euler steps", "most steps to settle in the last trial", "raw_data/steps_to_converge"},
		{"steps_total", "Euler steps", "steps of all trials together", "raw_data/steps_to_converge"},
	}, stepMeasures},
	{[]Measure{
		{"angle_ie_median", "°", "median angle between the E→I rule and the gradient in the last trial",
			"raw_data/angles_ie, raw_data/steps_to_converge"},
	}, func(n *network) ([]float64, error) { return n.lastAngle("/raw_data/angles_ie") }},
	{[]Measure{
		{"angle_ei_median", "°", "median angle between the I→E rule and the gradient in the last trial",
			"raw_data/angles_ei, raw_data/steps_to_converge"},
	}, func(n *network) ([]float64, error) { return n.lastAngle("/raw_data/angles_ei") }},
}

// trials are the steps of a training.
type trials struct {
	stimuli int       // of each trial
	last    int       // the number of the last trial; -1 without one
	steps   []float64 // of the stimuli that the last trial showed
	total   float64   // steps of all trials
}

// readTrials reads steps_to_converge, of shape (trials, stimuli). A stimulus that was not shown has −1, or 0 where no trial
// was trained.
func (n *network) readTrials() (*trials, error) {
	if n.training != nil {
		return n.training, nil
	}
	const path = "/raw_data/steps_to_converge"
	_, dims, err := n.Shape(path)
	if err != nil {
		return nil, err
	}
	t, at := &trials{last: -1}, 0
	for block, err := range n.Blocks(path, results.AnyLength, results.AnyLength) {
		if err != nil {
			return nil, err
		}
		t.stimuli = dims[1]
		for _, steps := range block {
			t.add(at/t.stimuli, steps)
			at++
		}
	}
	n.training = t
	return t, nil
}

// add adds a stimulus of a trial.
func (t *trials) add(trial int, steps float64) {
	if steps <= 0 {
		return
	}
	if trial > t.last {
		t.last, t.steps = trial, t.steps[:0]
	}
	t.steps, t.total = append(t.steps, steps), t.total+steps
}

func stepMeasures(n *network) ([]float64, error) {
	t, err := n.readTrials()
	if err != nil {
		return nil, err
	}
	if t.last < 0 {
		return []float64{math.NaN(), math.NaN(), math.NaN(), 0}, nil
	}
	return []float64{slices.Min(t.steps), mean(t.steps), slices.Max(t.steps), t.total}, nil
}

// lastAngle is the median of the last trial's angles, in degrees. An array of float64 says that none were measured.
func (n *network) lastAngle(path string) ([]float64, error) {
	t, err := n.readTrials()
	if err != nil {
		return nil, err
	}
	kind, _, err := n.Shape(path)
	if err != nil {
		return nil, err
	}
	if kind != h5.Float32 {
		return []float64{math.NaN()}, nil
	}
	var angles []float64
	at := 0
	for block, err := range n.Blocks(path, results.AnyLength) {
		if err != nil {
			return nil, err
		}
		for _, radians := range block {
			if at/t.stimuli == t.last {
				angles = append(angles, radians*180/math.Pi)
			}
			at++
		}
	}
	return []float64{median(angles)}, nil
}
