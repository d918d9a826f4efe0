// Package measures condenses a result file into numbers that can be compared between tasks: co-tuning, selectivity,
// synapses against response similarity, angles, steps, rates, influence (docs/measures.md).
//
// All lists the measures with their stable names, units, definitions and sources. Each is computed in float64 from the
// arrays of a file of eisweep or of the published program, and is NaN if the file lacks these arrays. Files may come from
// anybody, so child processes of a results.Prober read them. The package does not choose files, and does not check that a
// file matches its manifest.
//
// Start reading at All (measure.go), and at Collect (collect.go) for how files are read.
package measures
