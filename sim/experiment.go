package sim

import "fmt"

// Experiment names what a task computes.
type Experiment string

// The three published experiments.
const (
	Approximate Experiment = "APPROXIMATE" // train by the local approximation of the gradient
	Gradient    Experiment = "GRADIENT"    // train by the exact gradient, with Adam
	Perturb     Experiment = "PERTURB"     // push single neurons of a trained network
)

// Experiments lists the experiments in the order of the paper.
func Experiments() []Experiment { return []Experiment{Approximate, Gradient, Perturb} }

// ParseExperiment returns the experiment of that name, which is written in
// capitals, or an error that names the three.
func ParseExperiment(name string) (Experiment, error) {
	for _, e := range Experiments() {
		if string(e) == name {
			return e, nil
		}
	}
	return "", fmt.Errorf("unknown experiment %q: it is APPROXIMATE, GRADIENT or PERTURB", Excerpt(name))
}

// Trains reports whether the experiment trains a network, as opposed to using a
// trained one.
func (e Experiment) Trains() bool { return e == Approximate || e == Gradient }
