package estimate

import (
	"math"

	"eisweep/sim"
)

// Estimate is what tasks will need.
type Estimate struct {
	CPUSeconds Range
	Longest    Range // CPU time in seconds of the longest task
	Bytes      Range
	IsTimed    bool // false if no time could be measured
	Points     int  // of the tasks
	Measured   int  // of these, by a Pilot
	Known      int  // of these, whose steps are those of earlier results
}

// WallSeconds is the time that the tasks take with so many slots, each with a core like this machine's. At best the slots are busy
// all the time; at worst, the longest task begins when the others have ended.
func (e *Estimate) WallSeconds(slots int) Range {
	n := float64(slots)
	return Range{
		Low:    max(e.CPUSeconds.Low/n, e.Longest.Low),
		Centre: max(e.CPUSeconds.Centre/n, e.Longest.Centre),
		High:   e.CPUSeconds.High/n + (1-1/n)*e.Longest.High,
	}
}

// Estimate combines measurements and earlier results. Without any it gives bytes only.
func (t *Tally) Estimate(m *Measured, r *Results) *Estimate {
	e := &Estimate{Points: len(t.order), IsTimed: len(t.order) > 0}
	speed := m.speedByKind(r)
	var cpu, bytes total
	for _, s := range t.order {
		bytes.add(s.bytes(r))
		g, ok := m.near(s)
		if !ok {
			e.IsTimed = false
			continue
		}
		if m.Points[s.point] != nil {
			e.Measured++
		}
		if r.points[s.point] != nil {
			e.Known++
		}
		seconds, deviation, longest := s.cost(g, r.points[s.point], m.Machine, speed.of(s.kind))
		cpu.add(seconds, deviation)
		if longest > e.Longest.Centre {
			e.Longest = rangeOf(longest, math.Hypot(deviation, ofSpeed))
		}
	}
	e.Bytes = bytes.inRange(0)
	if e.IsTimed {
		e.CPUSeconds = cpu.inRange(ofSpeed)
	}
	return e
}

// bytes returns the bytes of a share's results and their relative standard deviation.
func (s *share) bytes(r *Results) (bytes, deviation float64) {
	deviation = ofBytes
	if s.point.Experiment == sim.Perturb {
		deviation = ofPushed
	}
	ratio, known := r.compression(s.point)
	if known {
		deviation /= 2
	}
	return ratio * float64(s.total.bytes), deviation
}

// cost returns the CPU time of a share and its relative standard deviation, and the CPU time of its longest task.
func (s *share) cost(g guess, known *earlier, machine float64, speed factor) (seconds, deviation, longest float64) {
	o, most := g.Observation, s.largest.trained
	squares := g.deviation * g.deviation
	if s.tasks == 1 || known != nil {
		squares += ofSeeds * ofSeeds / 4
	} else {
		squares += ofSeeds * ofSeeds
	}
	unseen := 0.0
	if most > 0 {
		unseen = 1 - float64(min(o.Training.Seen, most))/float64(most)
	}
	if known != nil {
		o = known.apply(o)
		unseen *= math.Abs(math.Log(float64(max(1, most))/float64(max(1, known.longest)))) / math.Ln10
		squares = min(squares, ofResults*ofResults)
	}
	squares += math.Pow(ofUnseen*min(1, unseen), 2)
	if s.kind.nPerAxis > largestPilot {
		squares += ofSmaller * ofSmaller
	}
	p := o.cost(s.kind, s.tasks, s.total, o.trainedSteps(most), machine)
	one := o.cost(s.kind, 1, s.largest, o.trainedSteps(most), machine)
	seconds = p.total()
	deviation = (p.sampled*math.Sqrt(squares) + p.formulas*speed.formulas) / seconds
	return seconds * speed.ratio, deviation, one.total() * speed.ratio
}

// total sums estimates with their deviations.
type total struct {
	centre  float64
	squares float64 // of standard deviations
	linear  float64 // standard deviations
}

func (t *total) add(centre, deviation float64) {
	t.centre += centre
	own := centre * deviation
	t.squares += own * own
	t.linear += own
}

// inRange is the range of the sum. common is the relative standard deviation of what all have in common.
func (t *total) inRange(common float64) Range {
	if t.centre == 0 {
		return Range{}
	}
	squares := (1-together)*t.squares + together*t.linear*t.linear
	return rangeOf(t.centre, math.Hypot(math.Sqrt(squares)/t.centre, common))
}
