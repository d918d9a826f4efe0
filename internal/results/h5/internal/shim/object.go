package shim

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"unsafe"

	"gonum.org/v1/hdf5"
)

// The kinds of objects.
const (
	None    = C.O_NONE // nothing, or something else
	Group   = C.O_GROUP
	Dataset = C.O_DATASET
)

// Object returns the kind and the address in the file of the object at path, if only hard links lead to it.
func Object(file *hdf5.File, path string) (kind int, address uint64, err error) {
	p := C.CString(path)
	defer C.free(unsafe.Pointer(p))
	var at C.uint64_t
	k := C.h5_object(C.hid_t(file.ID()), p, &at)
	return int(k), uint64(at), call(k >= 0)
}
