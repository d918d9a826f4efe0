//go:build !cgo

package inherited

import "syscall"

// Closed reports false: without cgo it cannot be known.
func Closed(int) bool { return false }

// Ignored reports false: without cgo it cannot be known.
func Ignored(syscall.Signal) bool { return false }
