// Package gmres solves linear equations by the generalised minimal residual method
// without restarts: vectors are float32, and the coefficients that combine them
// float64.
//
// It guarantees the same bits on every machine: the kernels compute the products, in
// a fixed order. It does not guarantee a solution: Solve reports false where 40
// rounds don't reach the tolerance, and the caller needs another method then.
//
// Start reading at Solver.
package gmres
