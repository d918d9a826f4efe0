// Package follow shows the progress of sweeps that a coordinator runs, until they are done: for `watch`, `launch --follow` and
// `rerun --follow`.
//
// It changes nothing. A coordinator that does not answer is no error: it waits for that coordinator or the next one. The error at
// the end holds all that the exit code depends on.
//
// Start reading at follower.go.
package follow
