package h5

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"bytes"
	"fmt"
	"unsafe"
)

// ASCII is a string attribute that is stored as ASCII, as PyTables stores those
// of arrays; a plain string is stored as UTF-8, as PyTables stores all others.
type ASCII string

// Text is a string attribute of variable length, which h5py reads as str, too;
// those of fixed length it reads as bytes.
type Text string

// MaxAttribute is the largest attribute in bytes that the format holds.
const MaxAttribute = 64<<10 - 512

const maxName = 255

// Attribute is a named value of a node: a bool (stored as by PyTables, as a bitfield of
// one byte), int64, float64, string, ASCII or Text.
type Attribute struct {
	Name  string
	Value any
}

// check refuses what attributes can't carry.
func (a *Attribute) check() error {
	if err := checkText("name", a.Name); err != nil {
		return err
	}
	if len(a.Name) > maxName {
		return fmt.Errorf("a name of %d bytes is longer than %d", len(a.Name), maxName)
	}
	switch v := a.Value.(type) {
	case string:
		return checkValue(v)
	case ASCII:
		return checkValue(string(v))
	case Text:
		return checkValue(string(v))
	case bool, int64, float64:
		return nil
	default:
		return fmt.Errorf("values of type %T are not stored", v)
	}
}

func checkValue(value string) error {
	if len(value) > MaxAttribute {
		return fmt.Errorf("%d bytes are more than an attribute holds (%d)", len(value), MaxAttribute)
	}
	return checkText("value", value)
}

// Attributes lists the names of a node's attributes, sorted by their bytes.
func (f *File) Attributes(path string) ([]string, error) {
	var names []string
	err := f.at(path, func(p *C.char) bool {
		n := C.h5_count_attributes(f.id, p)
		for i := C.int64_t(0); i < n; i++ {
			name, ok := nameAt(func(to *C.char, size C.size_t) C.int64_t {
				return C.h5_attribute_name(f.id, p, i, to, size)
			})
			if !ok {
				return false
			}
			names = append(names, name)
		}
		return n >= 0
	})
	if err != nil {
		return nil, fmt.Errorf("list attributes of %s: %w", path, err)
	}
	return names, nil
}

// Attribute reads an attribute as bool, int64, float64 or string; nil when it is
// of another type. The error wraps ErrMissing when the node doesn't have it.
func (f *File) Attribute(path, name string) (any, error) {
	if err := checkText("attribute", name); err != nil {
		return nil, err
	}
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	var t C.int
	var size C.size_t
	if err := f.at(path, func(p *C.char) bool { return C.h5_attribute(f.id, p, n, &t, &size) >= 0 }); err != nil {
		return nil, fmt.Errorf("attribute %s of %s: %w", name, path, ErrMissing)
	}
	if t == C.A_TEXT {
		return f.text(path, name, n)
	}
	value := make([]byte, max(8, size))
	if t != C.A_OTHER && size > 0 {
		err := f.at(path, func(p *C.char) bool {
			return C.h5_get_attribute(f.id, p, n, t, unsafe.Pointer(&value[0]), size) >= 0
		})
		if err != nil {
			return nil, fmt.Errorf("read attribute %s of %s: %w", name, path, err)
		}
	}
	return attributeValue(t, value[:size]), nil
}

func (f *File) text(path, name string, n *C.char) (any, error) {
	var value string
	err := f.at(path, func(p *C.char) bool {
		stored := C.h5_get_text(f.id, p, n)
		if stored == nil {
			return false
		}
		value = C.GoString(stored)
		C.h5_free_text(stored)
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("read attribute %s of %s: %w", name, path, err)
	}
	return value, nil
}

func attributeValue(t C.int, value []byte) any {
	switch t {
	case C.A_BOOL:
		return value[0] != 0
	case C.A_INT64:
		return *(*int64)(unsafe.Pointer(&value[0]))
	case C.A_FLOAT64:
		return *(*float64)(unsafe.Pointer(&value[0]))
	case C.A_STRING:
		return string(bytes.TrimRight(value, "\x00"))
	default:
		return nil
	}
}
