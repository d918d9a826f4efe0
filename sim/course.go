package sim

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// TrialCourse is what a log says about one trial of a training that ended. Numbers that it does not say are NaN.
type TrialCourse struct {
	Phase, Trial, Trials          int     // from 1; Trials are those that the phase may have
	StepsMin, StepsMean, StepsMax float64 // Euler steps until the network settled, over the stimuli
	Unsettled                     int     // stimuli that did not settle
	ChangeMax, ChangeMean         float64 // of the inhibitory input since the trial before, 1/s; NaN for the first of a phase
	RateE, RateI                  float64 // means over neurons and stimuli during the trial, 1/s
}

// courseFormat is a TrialCourse as one line. The log of a result has other lines: those of trialFormat and changeFormat.
const courseFormat = "trained phase %d, trial %d of %d: steps %.0f–%.0f (mean %.1f), %d did not settle; " +
	"change %.4g (mean %.4g); rates E %.4g, I %.4g"

// String formats the trial as ReadCourse reads it.
func (t *TrialCourse) String() string {
	return fmt.Sprintf(courseFormat, t.Phase, t.Trial, t.Trials, t.StepsMin, t.StepsMax, t.StepsMean, t.Unsettled, t.ChangeMax, t.ChangeMean,
		t.RateE, t.RateI)
}

const numeral = `([-+.0-9a-zA-Z]+)`

var (
	courseLine = regexp.MustCompile(`^trained phase (\d+), trial (\d+) of (\d+): steps ` + numeral + `–` + numeral + ` \(mean ` + numeral +
		`\), (\d+) did not settle; change ` + numeral + ` \(mean ` + numeral + `\); rates E ` + numeral + `, I ` + numeral + `$`)
	stepsLine = regexp.MustCompile(`^phase (\d+) of \d+, trial (\d+) of (\d+): steps ` + numeral + `–` + numeral + ` \(mean ` + numeral +
		`\), (\d+) did not settle$`)
	changeLine = regexp.MustCompile(`^change of inhibitory input: largest ` + numeral + `, mean ` + numeral + `$`)
)

// ReadCourse reads the trials from a log: that of a result, or one with the lines of TrialCourse.String. Other lines are passed over.
func ReadCourse(log []string) []TrialCourse {
	var out []TrialCourse
	for _, line := range log {
		if m := courseLine.FindStringSubmatch(line); m != nil {
			t := newTrialCourse(m)
			t.ChangeMax, t.ChangeMean, t.RateE, t.RateI = real64(m[8]), real64(m[9]), real64(m[10]), real64(m[11])
			out = append(out, t)
		} else if m := stepsLine.FindStringSubmatch(line); m != nil {
			out = append(out, newTrialCourse(m))
		} else if m := changeLine.FindStringSubmatch(line); m != nil && len(out) > 0 {
			last := &out[len(out)-1]
			last.ChangeMax, last.ChangeMean = real64(m[1]), real64(m[2])
		}
	}
	return out
}

// newTrialCourse has what both kinds of lines begin with.
func newTrialCourse(m []string) TrialCourse {
	return TrialCourse{
		Phase: number(m[1]), Trial: number(m[2]), Trials: number(m[3]), StepsMin: real64(m[4]), StepsMax: real64(m[5]), StepsMean: real64(m[6]),
		Unsettled: number(m[7]), ChangeMax: math.NaN(), ChangeMean: math.NaN(), RateE: math.NaN(), RateI: math.NaN(),
	}
}

// real64 reads a number; NaN for a text that is none.
func real64(text string) float64 {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

// LastTrial returns the course of the trial that ended last; false if none has. It must not be called during Step.
func (s *Simulation) LastTrial() (t TrialCourse, ok bool) {
	if s.state == nil || s.state.training == nil {
		return t, false
	}
	log := s.state.log
	trials := ReadCourse(log[max(0, len(log)-lastLines):])
	if len(trials) == 0 {
		return t, false
	}
	t = trials[len(trials)-1]
	s3, mu := s.p.NStimuli(), s.state.training.mu
	first := ((t.Phase-1)*t.Trials + t.Trial - 1) * s3
	if (first+s3)*8 > len(mu) {
		return t, true
	}
	t.RateE, t.RateI = 0, 0
	for k := first; k < first+s3; k++ {
		t.RateE, t.RateI = t.RateE+float64(mu[k*8])/float64(s3), t.RateI+float64(mu[k*8+2])/float64(s3)
	}
	return t, true
}

// lastLines is how many lines of a log have the last trial: more follow it when a phase ends.
const lastLines = 8
