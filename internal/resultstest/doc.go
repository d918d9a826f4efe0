// Package resultstest has what tests need that read result files: files of small simulations, and a Prober whose child process is
// the test binary itself.
//
// It guarantees nothing to other code: only tests use it. Start reading at Simulated (simulated.go).
package resultstest
