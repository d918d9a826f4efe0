// Package follow shows the progress of sweeps that a coordinator runs, until they are done: for `watch`, `launch --follow` and
// `rerun --follow`. For `watch` it does so for a `run` in another process as well, from the files that the run writes.
//
// It changes nothing. If a coordinator does not answer, that is not an error: the package waits for that coordinator or the next
// one. The error at the end contains everything that determines the exit code.
//
// Start reading at follower.go; run_follower.go follows a `run`.
package follow
