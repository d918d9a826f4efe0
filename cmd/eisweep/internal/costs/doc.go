// Package costs estimates what the tasks of a plan will need, and compares such an estimate with what the tasks of a finished sweep
// needed.
//
// It gathers what internal/estimate works with: the results of the root, their steps and CPU time by the manifests, and the trained
// networks that PERTURB tasks start from, whose hashes it checks. It writes nothing. A sweep that cannot be read is left out: an
// estimate is worth less without it, and not wrong.
//
// Start reading at Estimator (estimator.go), then Score (score.go).
package costs
