package quality

import (
	"fmt"
	"slices"

	"eisweep/sim"
)

// inMemory is a result that was just computed.
type inMemory struct{ *sim.Result }

func (r inMemory) Log() ([]string, error) { return r.Result.Log, nil }

func (r inMemory) Trials() (int, error) {
	if r.Training == nil {
		return 0, nil
	}
	return r.Training.Trials, nil
}

func (r inMemory) Steps(trial int) ([]int32, error) {
	stimuli := len(r.Training.StepsToConverge) / r.Training.Trials
	return r.Training.StepsToConverge[trial*stimuli : (trial+1)*stimuli], nil
}

func (r inMemory) Rates(yield func([]float64)) error {
	rates := []float32(nil)
	if r.Training != nil {
		rates = r.Training.ResponsesExc
	} else {
		rates = r.Perturbation.ResponsesExc
	}
	block := make([]float64, 0, 4096)
	for part := range slices.Chunk(rates, cap(block)) {
		block = block[:0]
		for _, rate := range part {
			block = append(block, float64(rate))
		}
		yield(block)
	}
	return nil
}

func (r inMemory) CountNaN(measure string) (notNumbers, values int, err error) {
	switch measure {
	case "cc":
		return countNaN(r.Training.CC), len(r.Training.CC), nil
	case "osi_e":
		return countNaN(r.Training.OsiE), len(r.Training.OsiE), nil
	case "osi_i":
		return countNaN(r.Training.OsiI), len(r.Training.OsiI), nil
	case "correlation_mean":
		return countNaN(r.Perturbation.CorrelationMean), len(r.Perturbation.CorrelationMean), nil
	default:
		return 0, 0, fmt.Errorf("there is no measure %q", measure)
	}
}

// countNaN counts the values that are not numbers.
func countNaN[T float32 | float64](values []T) int {
	n := 0
	for _, v := range values {
		if v != v {
			n++
		}
	}
	return n
}
