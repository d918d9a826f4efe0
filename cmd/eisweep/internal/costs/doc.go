// Package costs estimates what the tasks of a plan will need, and compares such an estimate with what the tasks of a finished sweep
// needed.
//
// It gathers what internal/estimate needs: from the manifests the results of the root with their steps and CPU time, and from result
// files the trained networks that PERTURB tasks start from, whose hashes it checks. It writes no file but caches of the catalog. It
// leaves out sweeps that cannot be read: without them an estimate is less precise, but not wrong.
//
// Start reading at Estimator (estimator.go), then Score (score.go).
package costs
