// Package kernel holds the inner loops of settling and of the exact gradient.
//
// It guarantees the order of every sum: ascending over pre-synaptic neurons, one
// float32 (or float64) accumulator a row, products rounded before they are added,
// so that results are the same bits on every machine; and that nothing is
// allocated after a matrix and a state have been made. How weights lie in memory
// is its own business. It does not guarantee anything about weights that are not
// finite: silent neurons are skipped, so an infinite weight shows only when its
// neuron is active.
//
// Start reading at State.Step, the Euler step; k.go has the products and their
// checks, k_generic.go the loops.
package kernel
