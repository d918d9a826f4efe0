// Package verify compares the files of a root with what its manifests say, and repairs what can be
// repaired: damaged manifests, lines that are missing or wrong, copies of inputs.
//
// It guarantees that it removes and moves no result, that a result is intact only if its bytes and
// its digest match the manifest, and that it reports for every other result whether the next launch
// computes it again or what the user must do. It does not compute, and does not decide who may write:
// the caller passes a Repairer, or none.
//
// Start reading at Sweeps (verify.go).
package verify
