package h5

// #include "shim.h"
import "C"

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"syscall"
)

// library lets one operation at a time into libhdf5.
var library sync.Mutex

// operate runs one operation: do's calls stay on one thread, because the library
// keeps the reason of a failure for each thread. do returns false when a call
// failed.
func operate(do func() bool) error {
	library.Lock()
	defer library.Unlock()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	C.h5_begin()
	if do() {
		return nil
	}
	return lastError()
}

// lastError wraps a syscall.Errno where the system refused to read a file, of whose contents that says nothing.
func lastError() error {
	reason := cmp.Or(C.GoString(C.h5_error()), "the HDF5 library gives no reason")
	if C.h5_refusal != 0 {
		return fmt.Errorf("%s: %w", reason, syscall.Errno(C.h5_refusal))
	}
	return errors.New(reason)
}

// checkText refuses what a C string can't carry.
func checkText(what, text string) error {
	for i := range len(text) {
		if text[i] == 0 {
			return fmt.Errorf("%s %q holds a zero byte", what, text)
		}
	}
	return nil
}
