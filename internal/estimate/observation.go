package estimate

// Observation is what a Pilot measured at a point. Times are CPU time in seconds.
type Observation struct {
	Setup float64 // to draw the weights and to rank the correlations of the input
	Step  float64 // of a state that settles beside others
	Steps float64 // of a stimulus, on average
	// Training is zero without training, and where there was no time for it.
	Training struct {
		Step  float64 // of a state that settles by itself
		Steps float64 // of a stimulus, on average over the seen
		Late  float64 // the same over the last third of them
		Learn float64 // after a stimulus, on average
		Seen  int64   // stimuli
	}
}

// trainedSteps expects the steps of a stimulus, on average over a training of so many: those that were seen count as they were, the
// others as the last ones seen.
func (o *Observation) trainedSteps(stimuli int64) float64 {
	t := &o.Training
	seen := min(t.Seen, stimuli)
	if stimuli == 0 {
		return 0
	}
	return (float64(seen)*t.Steps + float64(stimuli-seen)*t.Late) / float64(stimuli)
}

// scaled is the observation as a network would give it whose steps take that many times as long.
func (o *Observation) scaled(work float64) Observation {
	s := *o
	s.Setup, s.Step, s.Training.Step, s.Training.Learn = s.Setup*work, s.Step*work, s.Training.Step*work, s.Training.Learn*work
	return s
}

// mean is the weighted mean of observations.
func mean(of []*Observation, weights []float64) Observation {
	var m Observation
	total := 0.0
	for n, o := range of {
		w := weights[n]
		total += w
		m.Setup, m.Step, m.Steps = m.Setup+w*o.Setup, m.Step+w*o.Step, m.Steps+w*o.Steps
		a, b := &m.Training, &o.Training
		a.Step, a.Steps, a.Late, a.Learn = a.Step+w*b.Step, a.Steps+w*b.Steps, a.Late+w*b.Late, a.Learn+w*b.Learn
		a.Seen = max(a.Seen, b.Seen)
	}
	m.Setup, m.Step, m.Steps = m.Setup/total, m.Step/total, m.Steps/total
	a := &m.Training
	a.Step, a.Steps, a.Late, a.Learn = a.Step/total, a.Steps/total, a.Late/total, a.Learn/total
	return m
}
