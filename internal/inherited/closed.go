//go:build cgo

package inherited

// #include "closed.h"
import "C"

// Closed reports whether a descriptor, 0 to 2, was closed when the process started.
func Closed(fd int) bool { return C.inherited_closed(C.int(fd)) != 0 }
