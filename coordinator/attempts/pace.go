package attempts

import "time"

// Pace is how fast workers have worked recently, according to the reports of running tasks, not only of
// finished ones. Tasks that are already done when a sweep is launched do not count.
type Pace struct {
	samples []sample  // oldest first, over the last paceWindow
	ended   float64   // the work of the tasks that workers have ended
	last    time.Time // when they ended the last one
}

type sample struct {
	at   time.Time
	done float64
}

const (
	paceWindow = 60 * time.Second
	paceLeast  = 2 * time.Second  // shorter measurements are too inaccurate
	paceIdle   = 10 * time.Second // so long without work is no part of the pace
)

// wake starts the measurement anew if nothing has run for a while: no task has ended, and none has reported.
func (p *Pace) wake(now time.Time, hasReported func(since time.Time) bool) {
	if idle := now.Add(-paceIdle); p.last.Before(idle) && !hasReported(idle) {
		p.samples = append(p.samples[:0], sample{now, p.ended})
	}
}

// End takes in that a worker has ended a task, and how much of its cost is behind it.
func (p *Pace) End(now time.Time, work float64) {
	p.ended, p.last = p.ended+work, now
}

// Measure takes down how much was done by now, with what is done of running tasks.
func (p *Pace) Measure(now time.Time, inFlight float64) {
	done := p.ended + inFlight
	if n := len(p.samples); n > 0 && now.Sub(p.samples[n-1].at) < 200*time.Millisecond {
		return
	}
	p.samples = append(p.samples, sample{now, done})
	for len(p.samples) > 2 && now.Sub(p.samples[1].at) > paceWindow {
		p.samples = p.samples[1:]
	}
}

// Left is how long the rest will take at this pace; false while that is unknown.
func (p *Pace) Left(rest float64) (time.Duration, bool) {
	if len(p.samples) < 2 {
		return 0, false
	}
	first, last := p.samples[0], p.samples[len(p.samples)-1]
	took, did := last.at.Sub(first.at), last.done-first.done
	if took < paceLeast || did <= 0 {
		return 0, false
	}
	return time.Duration(max(rest, 0) / did * float64(took)), true
}
