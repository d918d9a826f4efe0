// Package inherited is what the process was started with and Go's runtime changes before
// any Go code runs. It opens /dev/null in place of closed stdin, stdout and stderr, so that
// writes succeed and nobody notices that the output is lost; and it replaces the ignoring of
// most signals by handlers of its own. Only C code runs earlier.
//
// Without cgo it knows of none of this.
package inherited
