package results

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"eisweep/internal/quality"
	"eisweep/internal/results/h5"
	"eisweep/sim"
)

// Quality says whether the file's result can be trusted: for a file of eisweep, what quality.Of said of the result. It is
// nil for a file that does not say it. Files of the published program do not have the task's parameters; the default of
// ng.r_max is assumed for them.
func (r *Reader) Quality() (*quality.Quality, error) {
	e, p := sim.Approximate, sim.Parameters{}
	if !r.Info.Trained {
		e = sim.Perturb
	}
	if r.Info.HasTask {
		e, p = r.Info.Experiment, sim.Resolve(r.Info.Experiment, r.Info.Settings)
	} else {
		p = sim.Defaults(e)
		p.Ng.Exc.NPerAxis, p.Inp.NStimuli = r.Info.NPerAxis, r.Info.NStimuli
	}
	if p.Ng.Exc.NPerAxis != r.Info.NPerAxis || p.Inp.NStimuli != r.Info.NStimuli {
		return nil, nil
	}
	q, err := quality.Assess(resultFile{r, &p}, e, &p)
	if errors.Is(err, ErrNotResult) || errors.Is(err, ErrMissing) {
		return nil, nil
	}
	return q, err
}

// resultFile is the result in a file.
type resultFile struct {
	*Reader
	p *sim.Parameters
}

func (f resultFile) Log() ([]string, error) {
	log, err := f.file.ReadLines("/stdout")
	if err != nil {
		return nil, notResult(err)
	}
	return log, nil
}

const steps = "/raw_data/steps_to_converge"

func (f resultFile) Trials() (int, error) {
	t, dims, err := f.Shape(steps)
	if errors.Is(err, ErrMissing) {
		return 0, nil
	}
	if err == nil && (t != h5.Int32 || len(dims) != 2 || dims[1] != f.p.NStimuli()) {
		err = fmt.Errorf("%w: %s is %v of shape %v", ErrNotResult, steps, t, dims)
	}
	if err != nil {
		return 0, err
	}
	return dims[0], nil
}

func (f resultFile) Steps(trial int) ([]int32, error) {
	text, err := f.Block(steps, []int{trial, 0}, []int{1, f.p.NStimuli()})
	if err != nil {
		return nil, err
	}
	out := make([]int32, len(text)/4)
	for i := range out {
		out[i] = int32(binary.LittleEndian.Uint32(text[4*i:]))
	}
	return out, nil
}

func (f resultFile) Rates(yield func([]float64)) error {
	s := f.p.Inp.NStimuli
	for block, err := range f.Blocks("/computed/responses_exc", s, s, s, f.p.NE()) {
		if err != nil {
			return err
		}
		yield(block)
	}
	return nil
}

func (f resultFile) CountNaN(measure string) (notNumbers, values int, err error) {
	for block, err := range f.Blocks("/computed/"+measure, AnyLength) {
		if err != nil {
			return 0, 0, err
		}
		for _, v := range block {
			if math.IsNaN(v) {
				notNumbers++
			}
		}
		values += len(block)
	}
	return notNumbers, values, nil
}
