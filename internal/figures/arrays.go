package figures

import (
	"errors"
	"math"

	"eisweep/internal/results"
	"eisweep/sim"
)

// anyLength of an axis.
const anyLength = results.AnyLength

// reading reads the arrays of a file one after another. After the first error it reads nothing, and err is that error.
type reading struct {
	*results.Reader
	s, ne, ni int // stimuli along each axis; neurons
	err       error
}

func read(r *results.Reader) *reading {
	ne := r.Info.NPerAxis * r.Info.NPerAxis * r.Info.NPerAxis
	return &reading{r, r.Info.NStimuli, ne, ne / 8, nil}
}

// stimuli is how many stimuli there are.
func (f *reading) stimuli() int { return f.s * f.s * f.s }

// array reads a whole array. A file without it is one to which the figure does not apply.
func (f *reading) array(path string, dims ...int) []float64 {
	if f.err != nil {
		return nil
	}
	values, err := f.Float64s(path, dims...)
	if f.err = err; errors.Is(err, results.ErrMissing) {
		f.err = notApplicable("the file has no %s", path)
	}
	return values
}

// responses reads an array of one value for each stimulus and neuron.
func (f *reading) responses(path string, neurons int) []float64 {
	return f.array(path, f.s, f.s, f.s, neurons)
}

// refuse is the error of a file to which the figure does not apply, or of reading it.
func (f *reading) refuse(format string, values ...any) (Data, error) {
	if f.err != nil {
		return nil, f.err
	}
	return nil, notApplicable(format, values...)
}

// parameters of the task; those of a file that does not describe its task are the published defaults.
func (f *reading) parameters() sim.Parameters {
	if !f.Info.HasTask {
		return sim.Defaults(sim.Approximate)
	}
	return sim.Resolve(f.Info.Experiment, f.Info.Settings)
}

// overThird is the mean over the third axis of the stimuli for one neuron: a map of s × s, with the first axis as rows.
func (f *reading) overThird(responses []float64, neurons, neuron int) numbers {
	out := make(numbers, f.s*f.s)
	for i := range out {
		for k := range f.s {
			out[i] += responses[(i*f.s+k)*neurons+neuron] / float64(f.s)
		}
	}
	return out
}

// untrained is why a time course is missing.
const untrained = "the network was not trained (pl.is_plastic is NEITHER, or it has no trials)"

// allZeroOrNaN reports whether nothing was recorded: the published files have one trial of zeros then.
func allZeroOrNaN(values []float64) bool {
	for _, v := range values {
		if v != 0 && !math.IsNaN(v) {
			return false
		}
	}
	return true
}
