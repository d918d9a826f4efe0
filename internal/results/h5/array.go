package h5

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// Type is the type of an array's elements, little-endian in file and memory.
type Type int

// The element types that results have.
const (
	Other Type = iota // anything else; can't be read
	Float32
	Float64
	Int32
	Int64
	Lines // text, as FillLines stores it
)

func (t Type) String() string {
	return [...]string{"another type", "float32", "float64", "int32", "int64", "lines"}[t]
}

// Size is the number of bytes of an element.
func (t Type) Size() int {
	return [...]int{0, 4, 8, 4, 8, 0}[t]
}

// Array is an open dataset of numbers.
type Array struct {
	Path string
	Type Type
	Dims []int
	id   C.hid_t
}

// CreateArray makes a dataset in chunks of the given shape, with the filters
// shuffle and deflate 5. WriteChunk fills it.
func (f *File) CreateArray(path string, t Type, dims, chunk []int) (*Array, error) {
	if t.Size() == 0 || len(dims) == 0 || len(dims) != len(chunk) {
		return nil, fmt.Errorf("create array %s: %v of shape %v in chunks of %v is no array", path, t, dims, chunk)
	}
	a := &Array{Path: path, Type: t, Dims: dims}
	d, c := sizes(dims), sizes(chunk)
	err := f.at(path, func(p *C.char) bool {
		a.id = C.h5_create_array(f.id, p, C.int(t), C.int(len(d)), &d[0], &c[0])
		return a.id >= 0
	})
	if err != nil {
		return nil, fmt.Errorf("create array %s: %w", path, err)
	}
	return a, nil
}

// ReopenArray opens a dataset that CreateArray made with those properties, for WriteChunk.
func (f *File) ReopenArray(path string, t Type, dims []int) (*Array, error) {
	a := &Array{Path: path, Type: t, Dims: dims}
	if err := f.at(path, func(p *C.char) bool { a.id = C.h5_reopen_array(f.id, p); return a.id >= 0 }); err != nil {
		return nil, fmt.Errorf("open array %s: %w", path, err)
	}
	return a, nil
}

// WriteOnlyChunk stores the chunk of a dataset that has one; filtered is what Filter made
// of its bytes.
func (f *File) WriteOnlyChunk(path string, filtered []byte) error {
	if len(filtered) == 0 {
		return fmt.Errorf("write array %s: no bytes are no chunk", path)
	}
	err := f.at(path, func(p *C.char) bool {
		return C.h5_write_only_chunk(f.id, p, unsafe.Pointer(&filtered[0]), C.size_t(len(filtered))) >= 0
	})
	if err != nil {
		return fmt.Errorf("write array %s: %w", path, err)
	}
	return nil
}

// OnlyChunk tells where in the file the chunk of a dataset lies that has one.
func (f *File) OnlyChunk(path string) (address, size int, err error) {
	var at, bytes C.uint64_t
	err = f.at(path, func(p *C.char) bool { return C.h5_only_chunk(f.id, p, &at, &bytes) >= 0 })
	if err != nil {
		return 0, 0, fmt.Errorf("find chunk of %s: %w", path, err)
	}
	return int(at), int(bytes), nil
}

// ErrForm is wrapped when a file stores something in a form that results don't have.
var ErrForm = errors.New("stored in a form that results don't have")

// forms says what is wrong with how an array is stored, by the shim's F_….
var forms = map[C.int]string{
	C.F_ELSEWHERE: "its values are not in the file itself",
	C.F_FILTERED:  "it has other filters than shuffle, deflate and fletcher32",
	C.F_LARGE:     "its shape or its chunks are larger than the stored bytes can fill",
}

// OpenArray opens a dataset for reading. The error wraps ErrMissing when there is
// none, and ErrForm when its values lie in another file, have other filters than results
// or are claimed to be more than the stored bytes can hold.
func (f *File) OpenArray(path string) (*Array, error) {
	if kind, err := f.Kind(path); err != nil {
		return nil, err
	} else if kind != Dataset {
		return nil, fmt.Errorf("%s: %w", path, ErrMissing)
	}
	a := &Array{Path: path}
	var t, rank, form C.int
	var dims [32]C.hsize_t
	err := f.at(path, func(p *C.char) bool {
		a.id = C.h5_open_array(f.id, p, &t, &rank, &dims[0], &form)
		return a.id >= 0
	})
	if err != nil {
		return nil, fmt.Errorf("open array %s: %w", path, err)
	}
	if form != C.F_OWN {
		return nil, errors.Join(fmt.Errorf("open array %s: %w: %s", path, ErrForm, forms[form]), a.Close())
	}
	a.Type = Type(t)
	for _, d := range dims[:rank] {
		a.Dims = append(a.Dims, int(d))
	}
	return a, nil
}

// Close closes the dataset. A second Close does nothing.
func (a *Array) Close() error {
	if a.id == 0 {
		return nil
	}
	id := a.id
	a.id = 0
	if err := operate(func() bool { return C.H5Dclose(id) >= 0 }); err != nil {
		return fmt.Errorf("close array %s: %w", a.Path, err)
	}
	return nil
}

// WriteChunk stores a whole chunk whose first element is at offset; filtered is
// what Filter made of its bytes.
func (a *Array) WriteChunk(offset []int, filtered []byte) error {
	if len(offset) != len(a.Dims) || len(filtered) == 0 {
		return fmt.Errorf("write array %s: %d bytes at %v are no chunk of it", a.Path, len(filtered), offset)
	}
	o := sizes(offset)
	err := operate(func() bool {
		return C.h5_write_chunk(a.id, &o[0], unsafe.Pointer(&filtered[0]), C.size_t(len(filtered))) >= 0
	})
	if err != nil {
		return fmt.Errorf("write array %s: %w", a.Path, err)
	}
	return nil
}

// Read reads the block of shape count at start into to, which must have just its
// size in bytes.
func (a *Array) Read(start, count []int, to []byte) error {
	want := a.Type.Size()
	for axis := range count {
		if axis >= len(a.Dims) || count[axis] < 1 || start[axis] < 0 || start[axis] > a.Dims[axis]-count[axis] {
			return fmt.Errorf("read array %s of shape %v: no block of %v at %v", a.Path, a.Dims, count, start)
		}
		want *= count[axis]
	}
	if len(start) != len(count) || len(count) != len(a.Dims) || len(to) == 0 || len(to) != want {
		return fmt.Errorf("read array %s: block of %v takes %d bytes, not %d", a.Path, count, want, len(to))
	}
	s, c := sizes(start), sizes(count)
	err := operate(func() bool {
		return C.h5_read(a.id, C.int(a.Type), C.int(len(s)), &s[0], &c[0], unsafe.Pointer(&to[0])) >= 0
	})
	if err != nil {
		return fmt.Errorf("read array %s: %w", a.Path, err)
	}
	return nil
}

func sizes(dims []int) []C.hsize_t {
	out := make([]C.hsize_t, len(dims))
	for i, d := range dims {
		out[i] = C.hsize_t(d)
	}
	return out
}
