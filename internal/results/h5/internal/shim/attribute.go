package shim

// #include <stdlib.h>
// #include <string.h>
// #include "shim.h"
import "C"

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"

	"gonum.org/v1/hdf5"
)

// MaxAttribute is the largest size of an attribute in the format, in bytes.
const MaxAttribute = 64<<10 - 512

// MarkUTF8 changes a string type from ASCII to UTF-8.
func MarkUTF8(stringType *hdf5.Datatype) error {
	return call(C.H5Tset_cset(C.hid_t(stringType.ID()), C.H5T_CSET_UTF8) >= 0)
}

// AttributeNames lists the names of an object's attributes, sorted by their bytes. The error wraps ErrForm when there
// are more than limit.
func AttributeNames(file *hdf5.File, path string, limit int) ([]string, error) {
	id, p := C.hid_t(file.ID()), C.CString(path)
	defer C.free(unsafe.Pointer(p))
	n := C.h5_count_attributes(id, p)
	if n > C.int64_t(limit) {
		return nil, fmt.Errorf("%w: there are more than %d", ErrForm, limit)
	}
	names := make([]string, 0, max(n, 0))
	for i := C.int64_t(0); i < n; i++ {
		size := C.h5_attribute_name(id, p, i, nil, 0)
		if size < 0 || size > 1<<16 {
			return nil, errCall
		}
		name := make([]C.char, size+1)
		if C.h5_attribute_name(id, p, i, &name[0], C.size_t(size+1)) < 0 {
			return nil, errCall
		}
		names = append(names, C.GoString(&name[0]))
	}
	return names, call(n >= 0)
}

// ReadAttribute reads an attribute as bool, int64, float64 or string; it returns nil for one of another type. The error
// wraps ErrMissing when the object doesn't have the attribute, and ErrForm when the attribute is larger than
// MaxAttribute.
func ReadAttribute(file *hdf5.File, path, name string) (any, error) {
	p, n := C.CString(path), C.CString(name)
	defer C.free(unsafe.Pointer(p))
	defer C.free(unsafe.Pointer(n))
	var kind C.int
	var size C.size_t
	a := C.h5_open_attribute(C.hid_t(file.ID()), p, n, &kind, &size)
	if a < 0 && C.h5_refusal != 0 {
		return nil, errCall
	} else if a < 0 {
		return nil, ErrMissing
	}
	defer C.H5Aclose(a)
	switch {
	case kind == C.A_OTHER:
		return nil, nil
	case kind == C.A_TEXT:
		return readText(a)
	case size > MaxAttribute:
		return nil, fmt.Errorf("%w: it has %d bytes", ErrForm, size)
	case size == 0:
		return "", nil
	}
	value := make([]byte, size)
	ok := C.h5_read_attribute(a, kind, unsafe.Pointer(&value[0])) >= 0
	return valueOf(kind, value), call(ok)
}

func readText(a C.hid_t) (any, error) {
	text := C.h5_read_text(a)
	if text == nil {
		return nil, errCall
	}
	defer C.H5free_memory(unsafe.Pointer(text))
	if C.strlen(text) > MaxAttribute {
		return nil, fmt.Errorf("%w: it has more than %d bytes", ErrForm, MaxAttribute)
	}
	return C.GoString(text), nil
}

func valueOf(kind C.int, value []byte) any {
	switch kind {
	case C.A_BOOL:
		return value[0] != 0
	case C.A_INT64:
		return int64(binary.LittleEndian.Uint64(value))
	case C.A_FLOAT64:
		return math.Float64frombits(binary.LittleEndian.Uint64(value))
	default:
		return string(bytes.TrimRight(value, "\x00"))
	}
}
