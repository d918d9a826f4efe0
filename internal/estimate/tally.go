package estimate

import (
	"cmp"
	"context"
	"slices"
	"time"

	"eisweep/sim"
	"eisweep/sweeps"
)

// Tally sums what tasks will need. The zero Tally is empty.
type Tally struct {
	Tasks  int
	Bytes  int64 // of their result files
	groups map[group]*share
}

// group is what the time of a settling depends on most.
type group struct {
	experiment sim.Experiment
	nPerAxis   int
	trains     bool
	gradient   bool // the exact gradient is computed, to learn by or for the angles
}

// share sums the tasks of a group.
type share struct {
	sample    sim.Parameters // of its first task
	tasks     int64
	responses int64 // stimuli settled without learning
	learned   int64 // stimuli settled and learned from
}

// Add adds a task.
func (t *Tally) Add(task *sweeps.Task) {
	p := &task.Parameters
	t.Tasks++
	t.Bytes += Bytes(task.Experiment, p)
	g := groupOf(task.Experiment, p)
	s := t.groups[g]
	if s == nil {
		s = &share{sample: *p}
		if t.groups == nil {
			t.groups = map[group]*share{}
		}
		t.groups[g] = s
	}
	learned := int64(0)
	if g.trains {
		learned = int64(p.Numint.NTrials) * int64(p.NStimuli())
	}
	s.tasks++
	s.learned += learned
	s.responses += sim.SettleCount(task.Experiment, p) - learned
}

func groupOf(x sim.Experiment, p *sim.Parameters) group {
	g := group{experiment: x, nPerAxis: p.Ng.Exc.NPerAxis, trains: x.Trains() && p.Pl.IsPlastic != sim.Neither}
	g.gradient = g.trains &&
		(p.Pl.ComputeGradientAngles || p.Pl.PlasticityTypeEI == sim.RuleGradient || p.Pl.PlasticityTypeIE == sim.RuleGradient)
	return g
}

// CPU estimates the CPU time of the tasks in seconds, from measurements that take about budget in
// total, the groups with the most work first. Groups that were not measured are scaled from those
// that were. It returns 0 if nothing could be measured.
func (t *Tally) CPU(ctx context.Context, budget time.Duration) float64 {
	groups := make([]group, 0, len(t.groups))
	for g := range t.groups {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b group) int { return cmp.Compare(t.groups[b].work(b), t.groups[a].work(a)) })
	var total, measured, work float64
	end := time.Now().Add(budget)
	for i, g := range groups {
		s := t.groups[g]
		part := time.Until(end) / time.Duration(max(1, min(4, len(groups)-i)))
		if part > budget/20 || i == 0 {
			if p, err := measure(ctx, g.experiment, s.sample, part); err == nil {
				seconds := p.seconds(s)
				total, measured, work = total+seconds, measured+seconds, work+s.work(g)
				continue
			}
		}
		if work > 0 {
			total += measured / work * s.work(g)
		}
	}
	return total
}

// work returns the amount of work of a group relative to others: settlings times the synapses of
// a step.
func (s *share) work(g group) float64 {
	e := float64(g.nPerAxis * g.nPerAxis * g.nPerAxis)
	learning := 1.3
	if g.gradient {
		learning = 3
	}
	return (float64(s.responses) + learning*float64(s.learned)) * (1.27*e*e + 1000)
}
