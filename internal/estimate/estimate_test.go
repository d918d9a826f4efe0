package estimate

import (
	"testing"

	"eisweep/sim"
	"eisweep/sweeps"
)

// 27 stimuli, 4 trials in phases of 2: 3 × 27 responses and 4 × 27 stimuli to train with.
func TestTasksCostTheirParts(t *testing.T) {
	one := task(sim.Approximate, 1, nil)
	e := tallyOf(one, task(sim.Approximate, 2, nil)).Estimate(measuredAt(map[*sweeps.Task]*Observation{one: observed(100)}), &Results{})
	isNear(t, "CPU time", e.CPUSeconds.Centre, 1+2*(81*100*0.5+108*(100*2+10)))
	isNear(t, "longest", e.Longest.Centre, 1+81*100*0.5+108*(100*2+10))
	if !e.IsTimed || e.Points != 1 || e.Measured != 1 || e.Known != 0 {
		t.Errorf("%+v", e)
	}
	if r := e.CPUSeconds; r.Low >= r.Centre || r.High <= r.Centre {
		t.Errorf("range %+v", r)
	}
	want := 2 * float64(Bytes(one.Experiment, &one.Parameters))
	isNear(t, "bytes", e.Bytes.Centre, want)
}

func TestNoTrainingCostsResponsesOnly(t *testing.T) {
	one := task(sim.Approximate, 1, neither)
	e := tallyOf(one).Estimate(measuredAt(map[*sweeps.Task]*Observation{one: observed(100)}), &Results{})
	isNear(t, "CPU time", e.CPUSeconds.Centre, 1+27*100*0.5)
}

// What a Pilot does not measure counts by the formulas, as slow as the machine is.
func TestFormulasCount(t *testing.T) {
	one := task(sim.Perturb, 1, nil)
	m := measuredAt(map[*sweeps.Task]*Observation{one: {}})
	m.Machine = 2
	c := countsOf(one)
	e := tallyOf(one).Estimate(m, &Results{})
	isNear(t, "CPU time", e.CPUSeconds.Centre, 2*(perTask+perSource+17*perSynapse+float64(c.values)*perValue+float64(c.bytes)*perByte))
}

// Learning changes how many steps a stimulus takes: those that were not reached take as many as the last ones.
func TestUnseenTrainingContinuesAsItEnded(t *testing.T) {
	o := observed(100)
	o.Training.Late, o.Training.Seen = 40, 27
	isNear(t, "steps", o.trainedSteps(108), (27*100+81*40)/108.)
	isNear(t, "steps of a training that was seen", o.trainedSteps(27), 100)
	isNear(t, "steps of none", o.trainedSteps(0), 0)
}

// Less is known of a longer training, and so its range is wider.
func TestUnseenTrainingWidensTheRange(t *testing.T) {
	width := func(trials int) float64 {
		one := task(sim.Approximate, 1, func(p *sim.Parameters) { p.Numint.NTrials, p.Numint.EveryN = trials, trials })
		r := tallyOf(one).Estimate(measuredAt(map[*sweeps.Task]*Observation{one: observed(100)}), &Results{}).CPUSeconds
		return r.High / r.Low
	}
	if short, long := width(1), width(100); short >= long {
		t.Errorf("from %v to %v", short, long)
	}
}

func TestNothingIsTimedWithoutMeasurements(t *testing.T) {
	e := tallyOf(task(sim.Approximate, 1, nil)).Estimate(&Measured{Machine: 1}, &Results{})
	if e.IsTimed || e.CPUSeconds != (Range{}) || e.Bytes.Centre <= 0 {
		t.Errorf("%+v", e)
	}
	if e := new(Tally).Estimate(&Measured{Machine: 1}, &Results{}); e.IsTimed || e.Bytes != (Range{}) {
		t.Errorf("no tasks need %+v", e)
	}
}

func TestWallTime(t *testing.T) {
	e := Estimate{CPUSeconds: Range{80, 100, 120}, Longest: Range{20, 30, 40}}
	for slots, want := range map[int]Range{1: {80, 100, 120}, 2: {40, 50, 80}, 100: {20, 30, 1.2 + 0.99*40}} {
		got := e.WallSeconds(slots)
		isNear(t, "at best", got.Low, want.Low)
		isNear(t, "centre", got.Centre, want.Centre)
		isNear(t, "at worst", got.High, want.High)
	}
}

func TestRange(t *testing.T) {
	r := rangeOf(100, 0.1)
	isNear(t, "the ends", r.Low*r.High, 100*100)
	if !r.Contains(100) || !r.Contains(r.Low) || r.Contains(r.High*1.01) || r.Contains(80) {
		t.Errorf("%+v", r)
	}
	isNear(t, "off", r.Off(80), 0.25)
}
