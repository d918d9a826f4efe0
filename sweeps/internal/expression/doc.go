// Package expression parses and evaluates the expressions of [derive]: numbers, parameters,
// + − × ÷ ^, min, max, round and parentheses.
//
// It guarantees the same value on every machine: every operation is rounded to float64
// separately, and ^ avoids functions whose results differ between machines. Every error has
// its place in the text.
//
// The package does not know which parameters exist, or their types and ranges.
//
// Start reading at Parse; evaluate.go computes, power.go has the power function.
package expression
