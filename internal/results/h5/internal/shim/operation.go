package shim

// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"syscall"
)

// ErrMissing is wrapped when a file has no object or attribute of that name, or has
// it only behind a soft or external link.
var ErrMissing = errors.New("not in the file")

// ErrForm is wrapped when a file stores something in a form that results don't have.
var ErrForm = errors.New("stored in a form that results don't have")

// errCall is returned for a failed call, and replaced by the library's reason.
var errCall = errors.New("the HDF5 library gives no reason")

// library lets one operation at a time into libhdf5.
var library sync.Mutex

// Do runs one operation. Its calls stay on one thread, because the library keeps the state of failures for each thread.
// When a call failed, the error is the library's reason for the first that did, and wraps a syscall.Errno where the
// system refused to read a descriptor, of whose contents that says nothing. Errors that wrap ErrMissing or ErrForm are
// returned as they are.
func Do(do func() error) error {
	library.Lock()
	defer library.Unlock()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := call(C.h5_begin() >= 0)
	if err == nil {
		err = do()
	}
	if err == nil || errors.Is(err, ErrMissing) || errors.Is(err, ErrForm) {
		return err
	}
	return because(err)
}

func because(err error) error {
	if reason := C.GoString(C.h5_reason()); reason != "" {
		err = errors.New(reason)
	}
	if C.h5_refusal != 0 {
		return fmt.Errorf("%w: %w", err, syscall.Errno(C.h5_refusal))
	}
	return err
}

func call(ok bool) error {
	if ok {
		return nil
	}
	return errCall
}
