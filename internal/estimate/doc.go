// Package estimate estimates what tasks will need: CPU time, from a short measurement of the
// real model, and bytes on disk, from the shapes in docs/result-files.md.
//
// It guarantees only the order of magnitude: how many steps a stimulus takes depends on weights
// that are not learned yet, and how well a file compresses depends on its values. It assumes
// that no task ends early.
//
// Start reading at Tally.
package estimate
