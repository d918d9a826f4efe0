package sim

import "eisweep/sim/internal/nprandom"

// order is the order in which a trial shows the stimuli: one list of places for
// each axis, which lives through the task, and the position of the trial in them
// (docs/model.md#training).
type order struct {
	random   *nprandom.Generator
	axes     [3][]int
	position [3]int
}

func newOrder(seed uint32, stimuli int) *order {
	o := &order{random: nprandom.New(seed)}
	for q := range o.axes {
		o.axes[q] = ascending(stimuli)
	}
	return o
}

// begin starts a trial: it shuffles axis x, then y for the first x, then z for the first y.
func (o *order) begin() {
	o.position = [3]int{}
	for _, axis := range o.axes {
		o.random.Shuffle(axis)
	}
}

// next moves to the next stimulus and reports whether there is one. A list is shuffled only
// when it is reached.
func (o *order) next() bool {
	s := len(o.axes[0])
	for q := 2; q >= 0; q-- {
		o.position[q]++
		if o.position[q] < s {
			for _, axis := range o.axes[q+1:] {
				o.random.Shuffle(axis)
			}
			return true
		}
		o.position[q] = 0
	}
	return false
}

// at returns the current stimulus of the trial.
func (o *order) at() [3]int { return o.place(o.position) }

// number returns the index of the current stimulus in the trial, from 0.
func (o *order) number() int { return stimulusNumber(o.position, len(o.axes[0])) }

// fixed returns stimulus number n in the current order of the lists.
func (o *order) fixed(n int) [3]int { return o.place(stimulusAt(n, len(o.axes[0]))) }

func (o *order) place(position [3]int) [3]int {
	return [3]int{o.axes[0][position[0]], o.axes[1][position[1]], o.axes[2][position[2]]}
}

// ascending is 0, 1, … n−1.
func ascending(n int) []int {
	x := make([]int, n)
	for i := range x {
		x[i] = i
	}
	return x
}
