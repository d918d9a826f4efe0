package estimate

import (
	"eisweep/sim"
	"eisweep/sweeps"
)

// Tally sums what tasks will need. The zero Tally is empty.
type Tally struct {
	Tasks  int
	shares map[Point]*share
	order  []*share // as they were added
}

// share is the part of the tasks of one point.
type share struct {
	point   Point
	kind    kind
	sample  *sweeps.Task // the first
	tasks   int64
	total   counts
	largest counts // of the task with the most stimuli
}

// Add adds a task. training are the parameters of a PERTURB task's source, nil if they are not known.
func (t *Tally) Add(task *sweeps.Task, training *sim.Parameters) {
	point := PointOf(task, training)
	s := t.shares[point]
	if s == nil {
		s = &share{point: point, kind: point.kind(), sample: task}
		if t.shares == nil {
			t.shares = map[Point]*share{}
		}
		t.shares[point] = s
		t.order = append(t.order, s)
	}
	c := countsOf(task)
	t.Tasks++
	s.tasks++
	s.total.add(c)
	if c.settled+c.trained >= s.largest.settled+s.largest.trained {
		s.largest = c
	}
}

// work is the number of neurons' steps of a share, relative to others, before anything is measured.
func (s *share) work() float64 {
	e := float64(s.kind.nPerAxis * s.kind.nPerAxis * s.kind.nPerAxis)
	learning := 3.0
	if s.kind.gradient {
		learning = 4
	}
	return (float64(s.total.settled) + learning*float64(s.total.trained)) * (1.27*e*e + 1000)
}
