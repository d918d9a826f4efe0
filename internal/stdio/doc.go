// Package stdio tells which of stdin, stdout and stderr were closed when the process
// started. Go's runtime opens /dev/null in their place before any Go code runs, so that
// writes succeed and nobody notices that the output is lost. Only C code runs earlier.
package stdio
