// Package stats computes correlations and similarities of neurons' responses over
// stimuli (docs/model.md#measures).
//
// It guarantees the same bits on every machine: sums are in float64 and in one order.
// Arrays of responses are row-major, a row per stimulus and a column per neuron.
//
// Start reading at Profiles.
package stats
