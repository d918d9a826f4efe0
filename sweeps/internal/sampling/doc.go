// Package sampling draws points from the unit cube by the methods that sweep files offer.
//
// It guarantees that the same method, number of points, dimensions and seed give the same
// points on every machine. Sobol sequences and random points are prefix-stable: a larger number
// of points begins with the same ones. A Latin hypercube depends on the number of points.
//
// The package does not know parameters: the reader of sweep files scales the points.
//
// Start reading at Points. direction_numbers.go is data of third parties; LICENSE has its licence.
package sampling
