package h5

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"unsafe"
)

// ErrMissing is wrapped when a file has no node or attribute of that name, or has
// it only behind a soft or external link.
var ErrMissing = errors.New("not in the file")

// File is an open HDF5 file. Its methods may be called from any goroutine.
type File struct {
	id C.hid_t
}

// CreateImage makes a file in memory; Image gives its bytes.
func CreateImage() (*File, error) {
	f := &File{}
	err := operate(func() bool { f.id = C.h5_create_image(); return f.id >= 0 })
	if err != nil {
		return nil, fmt.Errorf("create HDF5 file in memory: %w", err)
	}
	return f, nil
}

// OpenImage makes a file in memory that begins as a copy of an image; Image gives its
// bytes.
func OpenImage(image []byte) (*File, error) {
	f := &File{}
	err := operate(func() bool {
		f.id = C.h5_open_image(unsafe.Pointer(&image[0]), C.size_t(len(image)))
		return f.id >= 0
	})
	if err != nil {
		return nil, fmt.Errorf("open HDF5 file in memory: %w", err)
	}
	return f, nil
}

// OpenFile opens for reading what a descriptor is open on, whatever has its name by now. The
// descriptor may be closed before the File is.
func OpenFile(from *os.File) (*File, error) {
	if err := checkText("path", from.Name()); err != nil {
		return nil, err
	}
	name := C.CString(from.Name())
	defer C.free(unsafe.Pointer(name))
	f := &File{}
	err := operate(func() bool { f.id = C.h5_open_descriptor(C.int(from.Fd()), name); return f.id >= 0 })
	runtime.KeepAlive(from)
	if err != nil {
		return nil, fmt.Errorf("open HDF5 file %s: %w", from.Name(), err)
	}
	return f, nil
}

// OpenWritable opens a file for reading and writing.
func OpenWritable(path string) (*File, error) {
	if err := checkText("path", path); err != nil {
		return nil, err
	}
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	f := &File{}
	if err := operate(func() bool { f.id = C.h5_open_file(name); return f.id >= 0 }); err != nil {
		return nil, fmt.Errorf("open HDF5 file %s: %w", path, err)
	}
	return f, nil
}

// Close closes the file; an error means that what was written may not have
// reached it. Every Array must be closed before. A second Close does nothing.
func (f *File) Close() error {
	if f.id == 0 {
		return nil
	}
	id := f.id
	f.id = 0
	if err := operate(func() bool { return C.H5Fclose(id) >= 0 }); err != nil {
		return fmt.Errorf("close HDF5 file: %w", err)
	}
	return nil
}

// Flush writes what the library holds back.
func (f *File) Flush() error {
	if err := operate(func() bool { return C.H5Fflush(f.id, C.H5F_SCOPE_GLOBAL) >= 0 }); err != nil {
		return fmt.Errorf("flush HDF5 file: %w", err)
	}
	return nil
}

// Image returns the bytes of a file made by CreateImage or OpenImage, after Flush.
func (f *File) Image() ([]byte, error) {
	var image []byte
	err := operate(func() bool {
		size := C.h5_image(f.id, nil, 0)
		if size <= 0 {
			return false
		}
		image = make([]byte, size)
		return C.h5_image(f.id, unsafe.Pointer(&image[0]), C.size_t(size)) == size
	})
	if err != nil {
		return nil, fmt.Errorf("take image of HDF5 file: %w", err)
	}
	return image, nil
}

// CreateGroup makes a group; its parent must exist.
func (f *File) CreateGroup(path string) error {
	err := f.at(path, func(p *C.char) bool { return C.h5_create_group(f.id, p) >= 0 })
	if err != nil {
		return fmt.Errorf("create group %s: %w", path, err)
	}
	return nil
}

// at runs an operation on the node at path.
func (f *File) at(path string, do func(*C.char) bool) error {
	if err := checkText("node", path); err != nil {
		return err
	}
	p := C.CString(path)
	defer C.free(unsafe.Pointer(p))
	return operate(func() bool { return do(p) })
}

// Kind is what a name in a file leads to.
type Kind int

// The kinds of nodes.
const (
	Missing Kind = iota // nothing, or nothing that this package reads
	Group
	Dataset
)

// Kind tells what is at path.
func (f *File) Kind(path string) (Kind, error) {
	kind, _, err := f.Node(path)
	return kind, err
}

// Node tells what is at path, and where in the file: two paths with the same address lead
// to the same node.
func (f *File) Node(path string) (kind Kind, address uint64, err error) {
	var k C.int
	var at C.uint64_t
	err = f.at(path, func(p *C.char) bool { k = C.h5_node(f.id, p, &at); return k >= 0 })
	if err != nil {
		return Missing, 0, fmt.Errorf("look at %s: %w", path, err)
	}
	return Kind(k), uint64(at), nil
}

// mostNames is how many children or attributes of a node are listed; results have fewer
// than a tenth of it.
const mostNames = 1024

// Children lists the names in a group, sorted by their bytes.
func (f *File) Children(group string) ([]string, error) {
	var names []string
	many := false
	err := f.at(group, func(p *C.char) bool {
		n := C.h5_count_children(f.id, p)
		if many = n > mostNames; many {
			return true
		}
		for i := C.int64_t(0); i < n; i++ {
			name, ok := nameAt(func(to *C.char, size C.size_t) C.int64_t { return C.h5_child(f.id, p, i, to, size) })
			if !ok {
				return false
			}
			names = append(names, name)
		}
		return n >= 0
	})
	if many {
		err = fmt.Errorf("%w: it has more than %d members", ErrForm, mostNames)
	}
	if err != nil {
		return nil, fmt.Errorf("list group %s: %w", group, err)
	}
	return names, nil
}

// Child joins a group's path and a name in it.
func Child(group, name string) string { return path.Join(group, name) }

// nameAt asks for a name with a buffer that it fits.
func nameAt(get func(*C.char, C.size_t) C.int64_t) (string, bool) {
	size := get(nil, 0)
	if size < 0 || size > 1<<16 {
		return "", false
	}
	name := make([]C.char, size+1)
	if get(&name[0], C.size_t(size+1)) < 0 {
		return "", false
	}
	return C.GoString(&name[0]), true
}
