package shim

// #include "shim.h"
import "C"

import (
	"errors"
	"unsafe"

	"gonum.org/v1/hdf5"
)

// OpenMemory calls open with a name under which it creates or opens a file in memory, as a copy of the image if that
// isn't empty.
func OpenMemory(image []byte, open func(name string) (*hdf5.File, error)) (*hdf5.File, error) {
	var name [32]C.char
	ok := C.h5_open_in_memory(unsafe.Pointer(unsafe.SliceData(image)), C.size_t(len(image)), &name[0]) >= 0
	return openThen(ok, func() (*hdf5.File, error) { return open(C.GoString(&name[0])) })
}

// OpenDescriptor calls open, which opens the descriptor's file under any name, for reading. The caller may close the
// descriptor before the file.
func OpenDescriptor(fd uintptr, open func() (*hdf5.File, error)) (*hdf5.File, error) {
	return openThen(C.h5_open_descriptor(C.int(fd)) >= 0, open)
}

// openThen calls open if the access properties were set, and then resets them.
func openThen(ok bool, open func() (*hdf5.File, error)) (f *hdf5.File, err error) {
	if err = call(ok); err == nil {
		f, err = open()
	}
	reset := call(C.h5_open_on_disk() >= 0)
	if reset != nil && f != nil {
		reset = errors.Join(reset, f.Close())
	}
	return f, errors.Join(err, reset)
}

// Image returns the bytes of a file in memory, after a flush.
func Image(f *hdf5.File) ([]byte, error) {
	id := C.hid_t(f.ID())
	size := C.H5Fget_file_image(id, nil, 0)
	if size <= 0 {
		return nil, errCall
	}
	image := make([]byte, size)
	return image, call(C.H5Fget_file_image(id, unsafe.Pointer(&image[0]), C.size_t(size)) == size)
}
