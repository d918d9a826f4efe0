package measures

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// synapses is about the weights that learn, wei (I→E) and wie (E→I), and the similarity of the responses of the two
// neurons, response_sim.
var synapses = []group{
	{[]Measure{
		{"wei_sim_r", "1", "Pearson correlation of wei and response_sim over the I→E synapses (zei = 1)",
			"sim_state/wei, sim_state/zei, computed/response_sim"},
	}, func(n *network) ([]float64, error) { return n.synapsesBySimilarity("wei", "zei", n.ne, n.ni) }},
	{[]Measure{
		{"wie_sim_r", "1", "Pearson correlation of wie and response_sim over the E→I synapses (zie = 1)",
			"sim_state/wie, sim_state/zie, computed/response_sim"},
	}, func(n *network) ([]float64, error) { return n.synapsesBySimilarity("wie", "zie", n.ni, n.ne) }},
	{[]Measure{
		{"wei_wie_r", "1", "Pearson correlation of wei and wie over the pairs of neurons with synapses both ways (zei = zie = 1)",
			"sim_state/wei, sim_state/wie, sim_state/zei, sim_state/zie"},
	}, reciprocalSynapses},
	{[]Measure{
		{"wei_change", "1", "change of wei in training: the Frobenius norm of wei − wei_init divided by that of wei_init",
			"sim_state/wei, sim_state/wei_init"},
	}, func(n *network) ([]float64, error) { return n.weightChange("wei", n.ne, n.ni) }},
	{[]Measure{
		{"wie_change", "1", "change of wie in training: the Frobenius norm of wie − wie_init divided by that of wie_init",
			"sim_state/wie, sim_state/wie_init"},
	}, func(n *network) ([]float64, error) { return n.weightChange("wie", n.ni, n.ne) }},
}

// state reads matrices of sim_state of shape (post, pre).
func (n *network) state(post, pre int, names ...string) ([][]float64, error) {
	out := make([][]float64, len(names))
	var err error
	for i, name := range names {
		if out[i], err = n.Float64s("/sim_state/"+name, post, pre); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// synapsesBySimilarity is the correlation of weights and response_sim where there are synapses, for matrices of shape
// (post, pre).
func (n *network) synapsesBySimilarity(weight, synapse string, post, pre int) ([]float64, error) {
	matrices, err := n.state(post, pre, weight, synapse)
	if err != nil {
		return nil, err
	}
	similarity, err := n.Float64s("/computed/response_sim", n.ne, n.ni)
	if err != nil {
		return nil, err
	}
	if post == n.ni {
		similarity = transpose(similarity, n.ne, n.ni)
	}
	var p pairs
	for k, z := range matrices[1] {
		if z == 1 {
			p.add(similarity[k], matrices[0][k])
		}
	}
	return []float64{p.pearson()}, nil
}

func reciprocalSynapses(n *network) ([]float64, error) {
	ei, err := n.state(n.ne, n.ni, "wei", "zei")
	if err != nil {
		return nil, err
	}
	ie, err := n.state(n.ni, n.ne, "wie", "zie")
	if err != nil {
		return nil, err
	}
	wie, zie := transpose(ie[0], n.ni, n.ne), transpose(ie[1], n.ni, n.ne)
	var p pairs
	for k, z := range ei[1] {
		if z == 1 && zie[k] == 1 {
			p.add(wie[k], ei[0][k])
		}
	}
	return []float64{p.pearson()}, nil
}

// transpose returns the transpose of a matrix with that shape.
func transpose(m []float64, rows, columns int) []float64 {
	out := make([]float64, len(m))
	for i := range rows {
		for j := range columns {
			out[j*rows+i] = m[i*columns+j]
		}
	}
	return out
}

// weightChange is the relative change of weights of shape (post, pre); NaN where there were none.
func (n *network) weightChange(name string, post, pre int) ([]float64, error) {
	matrices, err := n.state(post, pre, name, name+"_init")
	if err != nil {
		return nil, err
	}
	was := floats.Norm(matrices[1], 2)
	if was == 0 {
		return []float64{math.NaN()}, nil
	}
	return []float64{floats.Distance(matrices[0], matrices[1], 2) / was}, nil
}
