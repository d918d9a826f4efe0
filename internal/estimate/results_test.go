package estimate

import (
	"testing"

	"eisweep/sim"
	"eisweep/sweeps"
)

// 81 responses of 100 steps, 108 trained stimuli of 250.
const stepsOfOne = 81*100 + 108*250

func TestStepsAreThoseOfResults(t *testing.T) {
	one := task(sim.Approximate, 1, nil)
	m := measuredAt(map[*sweeps.Task]*Observation{one: observed(100)})
	var r Results
	r.Add(task(sim.Approximate, 7, nil), nil, Facts{Steps: stepsOfOne, Bytes: 10})
	r.Add(task(sim.Approximate, 8, nil), nil, Facts{Steps: stepsOfOne, Bytes: 10})
	e := tallyOf(one).Estimate(m, &r)
	isNear(t, "CPU time", e.CPUSeconds.Centre, 1+81*100*0.5+108*(250*2+10))
	isNear(t, "bytes", e.Bytes.Centre, 10)
	if e.Known != 1 {
		t.Errorf("%+v", e)
	}
	without := tallyOf(one).Estimate(m, &Results{}).CPUSeconds
	if with := e.CPUSeconds; with.High/with.Low >= without.High/without.Low {
		t.Errorf("results widen the range: %+v, without them %+v", with, without)
	}
}

func TestResultsOfTasksWithoutTraining(t *testing.T) {
	one := task(sim.Approximate, 1, neither)
	var r Results
	r.Add(one, nil, Facts{Steps: 27 * 50, Bytes: 10})
	e := tallyOf(one).Estimate(measuredAt(map[*sweeps.Task]*Observation{one: observed(100)}), &r)
	isNear(t, "CPU time", e.CPUSeconds.Centre, 1+27*50*0.5)
}

// Their CPU time corrects what is estimated for the whole kind, within bounds.
func TestCPUTimeOfResultsCorrectsTheEstimate(t *testing.T) {
	one, other := task(sim.Approximate, 1, nil), task(sim.Approximate, 1, withTotal(1))
	expected := 1 + 81*100*0.5 + 108*(250*2+10)
	for took, ratio := range map[float64]float64{1.2 * expected: 1.2, 9 * expected: mostCorrection, 0.1 * expected: 1 / mostCorrection, 0: 1} {
		var r Results
		r.Add(other, nil, Facts{Steps: stepsOfOne, Bytes: 10, CPUSeconds: took})
		m := measuredAt(map[*sweeps.Task]*Observation{one: observed(100), other: observed(100)})
		isNear(t, "CPU time", tallyOf(one).Estimate(m, &r).CPUSeconds.Centre, ratio*(1+81*100*0.5+108*(100*2+10)))
	}
}

func TestResultsOfEarlierVersionsSayNothing(t *testing.T) {
	var r Results
	r.Add(task(sim.Approximate, 1, nil), nil, Facts{Bytes: 10, CPUSeconds: 1})
	if len(r.points) != 0 {
		t.Errorf("%d points without steps", len(r.points))
	}
}
