// Package gmres solves linear equations by the generalised minimal residual method
// without restarts: vectors in float32, what combines them in float64.
//
// It guarantees the same bits on every machine: the products are kernels', in one
// order. It does not guarantee a solution: Solve reports false where 40 rounds don't
// reach the tolerance, and the caller needs another method then.
//
// Start reading at Solver.
package gmres
