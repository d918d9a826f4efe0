// Package quality says whether a result can be trusted: which of its states did not settle, how many rates are at their
// limit, how many neurons are silent, which measures are not numbers, and whether its training ended too early.
//
// It guarantees that the same result gives the same Quality, whether it is computed by the worker that has the result in
// memory or from the file later. A Quality holds shares and counts; Reasons compares them with the thresholds, which
// docs/result-files.md explains. The package reads no files and does not change results: a suspect result is still a
// result.
//
// Start reading at Quality (quality.go), then Reasons (reason.go).
package quality
