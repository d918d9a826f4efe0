// Package nprandom draws what NumPy's legacy RandomState draws: MT19937 seeded by
// init_genrand, and its transforms (docs/model.md#random-numbers).
//
// It guarantees the same bits on every machine, and NumPy's bits except the last
// one of a logarithm. It holds only the distributions that the model needs.
//
// Start reading at Generator.
package nprandom
