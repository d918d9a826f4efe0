// Package estimate foretells what tasks will take: CPU time, from a short
// measurement of the real model, and bytes on disk, from the shapes of docs/result-files.md.
//
// It guarantees an order of magnitude, no more: how many steps a stimulus takes
// depends on weights that are not learned yet, and how well a file compresses on
// what is in it. It assumes that no task ends early.
//
// Start reading at Tally.
package estimate
