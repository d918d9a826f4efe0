package sim

import (
	"context"
	"math"
	"testing"
)

// TestTheCourseOfATrainingIsRead from the log of a result, and from lines of single trials, which also have the rates.
func TestTheCourseOfATrainingIsRead(t *testing.T) {
	p := Defaults(Approximate)
	p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Numint.NTrials, p.Numint.EveryN = 2, 2, 3, 3
	s, err := New(&Task{Experiment: Approximate, Seed: 1, Parameters: p})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.LastTrial(); ok {
		t.Error("a trial has ended before the first")
	}
	var lines []string
	last := 0
	if err := s.Run(context.Background(), func(Progress) {
		if c, ok := s.LastTrial(); ok && c.Trial != last {
			last = c.Trial
			lines = append(lines, c.String())
		}
	}); err != nil {
		t.Fatal(err)
	}
	single, whole := ReadCourse(lines), ReadCourse(s.Result().Log)
	if len(single) != 3 || len(whole) != 3 {
		t.Fatalf("%d and %d trials in\n%q", len(single), len(whole), lines)
	}
	for i := range whole {
		a, b := single[i], whole[i]
		if a.Trial != i+1 || a.Trials != 3 || a.StepsMean <= 0 || a.RateE <= 0 || a.RateI <= 0 || !math.IsNaN(b.RateE) {
			t.Errorf("trial %d is %+v", i+1, a)
		}
		if isFirst := i == 0; math.IsNaN(a.ChangeMax) != isFirst || a.Phase != b.Phase || a.StepsMin != b.StepsMin ||
			a.StepsMean != b.StepsMean ||
			!isFirst && (a.ChangeMax != b.ChangeMax || a.ChangeMean != b.ChangeMean) {
			t.Errorf("trial %d is %+v in its line, %+v in the log of the result", i+1, a, b)
		}
	}
	mean := float64(0)
	moments := s.state.training.mu[2*p.NStimuli()*8:]
	for k := range p.NStimuli() {
		mean += float64(moments[k*8]) / float64(p.NStimuli())
	}
	if math.Abs(mean-single[2].RateE) > 1e-3*mean {
		t.Errorf("the rate is %g, want %g", single[2].RateE, mean)
	}
}
