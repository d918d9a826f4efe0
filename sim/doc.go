// Package sim is the model: a recurrent network of excitatory (E) and
// inhibitory (I) rate neurons that learns E/I assemblies (Mackwood, Naumann &
// Sprekeler, eLife 10:e59715, 2021).
//
// It guarantees that a result is a function of the Task alone: the same bits on
// every machine, with any number of threads, stopped and restored between any
// two stimuli or not. It uses no file, no network and no clock; internal/results reads
// sources and writes results.
//
// Start reading at Simulation (simulation.go), then follow a stimulus: input.go,
// weights.go (recurrent.go for E→E), settle.go, training.go, rules.go, gradient.go,
// responses.go, measures.go, perturb.go. state.go holds what Save writes (save.go), and
// sampler.go computes small parts of tasks, for estimates. docs/model.md has the
// equations; values.go the parameters as other packages exchange them. Below internal:
// the kernels, GMRES, random numbers and statistics.
//
// Matrices are post × pre, row-major: wee (n_e, n_e), wei (n_e, n_i; I onto E),
// wie (n_i, n_e; E onto I), wii (n_i, n_i). With s = inp.n_stimuli, afferents
// and responses have shape (s, s, s, neurons).
package sim

// ModelVersion is raised whenever the numbers of some task change. It is part
// of every task's id, so results of different versions never mix.
const ModelVersion = 2
