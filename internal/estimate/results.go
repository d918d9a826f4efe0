package estimate

import (
	"eisweep/sim"
	"eisweep/sweeps"
)

// Results are earlier results, by their points. The zero value has none.
type Results struct {
	points map[Point]*earlier
	kinds  map[kind][]*earlier
}

// earlier sums the results of a point.
type earlier struct {
	point      Point
	tasks      int64
	total      counts
	steps      int64
	bytes      int64
	longest    int64   // stimuli of the longest training
	cpuSeconds float64 // on this machine; 0 if it is not known of all
}

// Facts are what is known of a result; what is not known is 0.
type Facts struct {
	Steps, Bytes int64
	CPUSeconds   float64 // on this machine
}

// Add adds a result. training are the parameters of a PERTURB task's source, nil if they are not known. A result without its steps
// and size says nothing.
func (r *Results) Add(task *sweeps.Task, training *sim.Parameters, f Facts) {
	if f.Steps <= 0 || f.Bytes <= 0 {
		return
	}
	point := PointOf(task, training)
	e := r.points[point]
	if e == nil {
		e = &earlier{point: point}
		if r.points == nil {
			r.points, r.kinds = map[Point]*earlier{}, map[kind][]*earlier{}
		}
		r.points[point] = e
		r.kinds[point.kind()] = append(r.kinds[point.kind()], e)
	}
	c := countsOf(task)
	if known := e.tasks == 0 || e.cpuSeconds > 0; known && f.CPUSeconds > 0 {
		e.cpuSeconds += f.CPUSeconds
	} else {
		e.cpuSeconds = 0
	}
	e.tasks, e.steps, e.bytes, e.longest = e.tasks+1, e.steps+f.Steps, e.bytes+f.Bytes, max(e.longest, c.trained)
	e.total.add(c)
}

// trainedSteps are the steps of a trained stimulus, on average, if a settled one takes so many.
func (e *earlier) trainedSteps(settled float64) float64 {
	if e.total.trained == 0 {
		return 0
	}
	return max(1, (float64(e.steps)-float64(e.total.settled)*settled)/float64(e.total.trained))
}

// apply replaces the steps of an observation by those of results of its point.
func (e *earlier) apply(o Observation) Observation {
	if e.total.trained == 0 {
		o.Steps = float64(e.steps) / float64(e.total.settled)
		return o
	}
	o.Training.Steps = e.trainedSteps(o.Steps)
	o.Training.Late = o.Training.Steps
	return o
}

// compression is how large results of the point, else of its kind, are by comparison with Bytes. It is not ok without results.
func (r *Results) compression(p Point) (ratio float64, ok bool) {
	of := r.kinds[p.kind()]
	if e := r.points[p]; e != nil {
		of = []*earlier{e}
	}
	var bytes, expected int64
	for _, e := range of {
		bytes, expected = bytes+e.bytes, expected+e.total.bytes
	}
	if expected == 0 {
		return 1, false
	}
	return float64(bytes) / float64(expected), true
}
