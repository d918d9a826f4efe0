package h5

// #include <stdlib.h>
// #include <string.h>
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

// Attribute is a named value of a node: a bool (stored as by PyTables, as a bitfield of
// one byte), int64, float64, string, ASCII or Text.
type Attribute struct {
	Name  string
	Value any
}

// SetAttributes stores new attributes of the node at path.
func (f *File) SetAttributes(path string, list ...Attribute) error {
	setters := make([]setter, len(list))
	for i, a := range list {
		s, free, err := a.setter()
		if err != nil {
			return fmt.Errorf("set attribute %s of %s: %w", a.Name, path, err)
		}
		defer free()
		setters[i] = s
	}
	at := 0
	err := f.at(path, func(p *C.char) bool {
		object := C.h5_open_object(f.id, p)
		if object < 0 {
			return false
		}
		for at < len(list) && setters[at](object) {
			at++
		}
		return C.h5_close_object(object) >= 0 && at == len(list)
	})
	if err != nil {
		name := ""
		if at < len(list) {
			name = " " + list[at].Name
		}
		return fmt.Errorf("set attribute%s of %s: %w", name, path, err)
	}
	return nil
}

// setter stores an attribute of an open node.
type setter func(object C.hid_t) bool

// setter's memory is C's, until free.
func (a *Attribute) setter() (set setter, free func(), err error) {
	if err := checkText("attribute", a.Name); err != nil {
		return nil, nil, err
	}
	var text string
	var number unsafe.Pointer
	var kind C.int
	switch v := a.Value.(type) {
	case string:
		text = v
	case ASCII:
		text = string(v)
	case Text:
		text = string(v)
	case bool:
		b := new(C.uint8_t)
		if v {
			*b = 1
		}
		number, kind = unsafe.Pointer(b), C.A_BOOL
	case int64:
		number, kind = unsafe.Pointer(&v), C.A_INT64
	case float64:
		number, kind = unsafe.Pointer(&v), C.A_FLOAT64
	default:
		return nil, nil, fmt.Errorf("values of type %T are not stored", v)
	}
	if err := checkValue(text); err != nil {
		return nil, nil, err
	}
	name := C.CString(a.Name)
	if number != nil {
		set = func(o C.hid_t) bool { return C.h5_set_number(o, name, kind, number) >= 0 }
		return set, func() { C.free(unsafe.Pointer(name)) }, nil
	}
	value := C.CString(text)
	free = func() { C.free(unsafe.Pointer(name)); C.free(unsafe.Pointer(value)) }
	switch a.Value.(type) {
	case Text:
		set = func(o C.hid_t) bool { return C.h5_set_text(o, name, value) >= 0 }
	case ASCII:
		set = func(o C.hid_t) bool { return C.h5_set_string(o, name, value, C.size_t(len(text)), 0) >= 0 }
	default:
		set = func(o C.hid_t) bool { return C.h5_set_string(o, name, value, C.size_t(len(text)), 1) >= 0 }
	}
	return set, free, nil
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
	many := false
	err := f.at(path, func(p *C.char) bool {
		n := C.h5_count_attributes(f.id, p)
		if many = n > mostNames; many {
			return true
		}
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
	if many {
		err = fmt.Errorf("%w: there are more than %d", ErrForm, mostNames)
	}
	if err != nil {
		return nil, fmt.Errorf("list attributes of %s: %w", path, err)
	}
	return names, nil
}

// Attribute reads an attribute as bool, int64, float64 or string; nil when it is
// of another type. The error wraps ErrMissing when the node doesn't have it, ErrForm when
// it is larger than MaxAttribute.
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
	if size > MaxAttribute {
		return nil, fmt.Errorf("attribute %s of %s: %w: it has %d bytes", name, path, ErrForm, size)
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
	large := false
	err := f.at(path, func(p *C.char) bool {
		stored := C.h5_get_text(f.id, p, n)
		if stored == nil {
			return false
		}
		if large = C.strlen(stored) > MaxAttribute; !large {
			value = C.GoString(stored)
		}
		C.h5_free_text(stored)
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("read attribute %s of %s: %w", name, path, err)
	}
	if large {
		return nil, fmt.Errorf("read attribute %s of %s: %w: it has more than %d bytes", name, path, ErrForm, MaxAttribute)
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
