// Package inherited reports what the process inherited and Go's runtime changes before any Go
// code runs. The runtime opens /dev/null in place of a closed stdin, stdout or stderr, so that
// writes succeed although the output is lost, and it installs its own handlers for most ignored
// signals. Constructors in C run earlier and record the original state.
//
// Without cgo, it reports that nothing was closed or ignored. Start reading at Closed and Ignored.
package inherited
