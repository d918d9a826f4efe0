// Package figures draws what result files contain: the panels of the paper and the checks around them.
//
// A figure has two halves. Read runs in the child process that reads a file of unknown origin, and reduces its arrays to the few
// numbers that the figure needs. Draw runs in the calling process, and turns these numbers of all networks into a drawing.Drawing:
// the picture and the table of its data in one. So ten thousand networks need little memory, and no untrusted HDF5 is read here.
//
// A figure over several networks shows one line for each group of them: the median, and a band between the quartiles. Some
// figures show single networks; they say which.
//
// The numbers follow the definitions in each figure's comments. The package does not choose files, sweeps or groups, and knows no
// verdicts: it is told which networks are suspect, and marks them. Start reading at figure.go.
package figures
