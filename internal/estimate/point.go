package estimate

import (
	"math"

	"eisweep/sim"
	"eisweep/sweeps"
)

// Point is what the cost of a stimulus depends on: the parameters of a task without its seed and its number of trials.
type Point struct {
	Experiment sim.Experiment
	Parameters sim.Parameters // with one trial, and for PERTURB one pushed neuron
	Training   sim.Parameters // PERTURB: those of the source; zero if they are not known
}

// PointOf returns the point of a task. training are the parameters of a PERTURB task's source, nil if they are not known.
func PointOf(t *sweeps.Task, training *sim.Parameters) Point {
	p := Point{Experiment: t.Experiment, Parameters: t.Parameters}
	p.Parameters.Numint.NTrials, p.Parameters.Numint.EveryN, p.Parameters.Perturb.NPerturbed = 1, 1, 1
	if training != nil {
		p.Training = *training
	}
	return p
}

// kind is what decides which computations a task consists of, and how large they are. Costs of points of one kind are similar.
type kind struct {
	experiment sim.Experiment
	nPerAxis   int
	nStimuli   int
	isPlastic  string
	gradient   bool // the exact gradient is computed, to learn by or for the angles
}

func (p *Point) kind() kind {
	q := &p.Parameters
	k := kind{experiment: p.Experiment, nPerAxis: q.Ng.Exc.NPerAxis, nStimuli: q.Inp.NStimuli}
	if p.Experiment.Trains() {
		k.isPlastic = q.Pl.IsPlastic
		k.gradient = q.Pl.IsPlastic != sim.Neither && (q.Pl.ComputeGradientAngles || q.Pl.PlasticityTypeEI == sim.RuleGradient)
	}
	return k
}

// distance says how different two points of one kind are: the sum over the parameters of their experiment of |ln(a/b)| for numbers
// of one sign, and 1 for other differences.
func (p *Point) distance(q *Point) float64 {
	sum := 0.0
	for _, known := range sim.Table() {
		if known.ReadBy(p.Experiment) {
			sum += apart(known.Get(&p.Parameters), known.Get(&q.Parameters))
		}
		if p.Experiment == sim.Perturb && known.ReadBy(sim.Approximate) {
			sum += apart(known.Get(&p.Training), known.Get(&q.Training))
		}
	}
	return sum
}

func apart(a, b sim.Value) float64 {
	if a == b {
		return 0
	}
	if a.Kind() != sim.Integer && a.Kind() != sim.Real || a.Float()*b.Float() <= 0 {
		return 1
	}
	return math.Abs(math.Log(a.Float() / b.Float()))
}
