// Package measures condenses a result file into numbers that can be compared between tasks: co-tuning, selectivity,
// synapses against response similarity, angles, steps, rates, influence (docs/measures.md).
//
// All is the one list of them: stable names, units, definitions, sources. Each is computed from the arrays of a file, of
// eisweep or of the published program, in float64, and is NaN for a file that doesn't have them. Files are read by
// children of a results.Prober, as they may come from anybody. The package neither chooses files nor says whether a file
// is what its manifest says.
//
// Start reading at All (measure.go), and at Collect (collect.go) for how files are read.
package measures
