// Package sampling draws points of the unit cube by the methods that sweep files offer.
//
// It guarantees that the same method, number of points, dimensions and seed give the same
// points on every machine. A Sobol sequence and random points are prefix-stable: more points
// begin with the same ones. Points of a Latin hypercube depend on their number.
//
// It does not know parameters: the reader of sweep files scales the points.
//
// Start reading at Points. direction_numbers.go is data of third parties; LICENSE has its licence.
package sampling
