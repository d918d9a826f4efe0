// Package verify compares the files of a root with what its manifests say, and repairs what can be
// repaired: damaged manifests, lines that are missing or wrong, copies of inputs.
//
// It guarantees that it removes and moves no result, that a result is sound only if its bytes and its
// digest are the manifest's, and that it says of everything else whether the next launch computes it
// again or what a person must do. It does not compute, and does not decide who may write: the caller
// passes a Repairer, or none.
//
// Start reading at Sweeps (verify.go).
package verify
