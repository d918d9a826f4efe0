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

// ErrMissing is wrapped when a file has no object or attribute of that name, or only one behind a soft or external link.
var ErrMissing = errors.New("not in the file")

// ErrForm is wrapped when a file stores something in a form that results don't use.
var ErrForm = errors.New("stored in a form that results don't use")

// errCall is returned for a failed call. Do replaces it by the library's reason.
var errCall = errors.New("the HDF5 library gives no reason")

// library serializes operations.
var library sync.Mutex

// Do runs one operation, while no other runs. The operation's calls stay on one thread, because libhdf5 keeps errors per
// thread. After a failed call, the error is libhdf5's reason for the first failure. It wraps a syscall.Errno when the
// system refused to read a descriptor, which says nothing about the contents of the file. Do returns errors that wrap
// ErrMissing or ErrForm unchanged.
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
