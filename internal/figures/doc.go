// Package figures draws figures of result files: the panels of the paper, and others that show whether a result is sound.
//
// A figure has two halves. Read runs in the child process that reads a file of unknown origin, and reduces its arrays to the few
// numbers that the figure needs. Draw runs in the calling process, and turns these numbers of all networks into a drawing.Drawing,
// which is both the picture and its data. So ten thousand networks need little memory, and the calling process reads no untrusted
// HDF5.
//
// A figure of several networks shows one line for each group: the median, with a band between the quartiles; in histograms, the
// mean, with a band of its standard error. Some figures show single networks, and name their files.
//
// Each figure's comment defines its numbers. The package does not choose files, sweeps or groups, and does not judge results: its
// callers say which networks are suspect, and it marks them.
//
// Start reading at figure.go.
package figures
