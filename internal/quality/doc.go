// Package quality says whether a result can be trusted: which of its states did not settle, how many rates are at their
// limit, how many neurons are silent, which measures are not numbers, and whether its training ended too early.
//
// It guarantees that the same result gives the same Quality, whether the worker computes it from the result in memory or
// another process later computes it from the file. A Quality holds shares and counts; Reasons compares them with the
// thresholds, which docs/result-files.md explains. The package opens no files and does not change results: a suspect
// result is still a result.
//
// Start reading at Quality (quality.go), then Reasons (reason.go).
package quality
