package shim

// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"

	"gonum.org/v1/hdf5"
)

// Shuffle adds the shuffle filter to dataset creation properties.
func Shuffle(list *hdf5.PropList) error { return call(C.H5Pset_shuffle(C.hid_t(list.ID())) >= 0) }

// UntrackTimes stores no times in objects that are created with these properties.
func UntrackTimes(list *hdf5.PropList) error {
	var no C.hbool_t
	return call(C.H5Pset_obj_track_times(C.hid_t(list.ID()), no) >= 0)
}

// WriteChunk stores the filtered bytes of the whole chunk whose first element is at offset.
func WriteChunk(dataset *hdf5.Dataset, offset []uint, filtered []byte) error {
	at := (*C.hsize_t)(unsafe.Pointer(&offset[0]))
	return call(C.H5Dwrite_chunk(C.hid_t(dataset.ID()), C.H5P_DEFAULT, 0, at, C.size_t(len(filtered)), unsafe.Pointer(&filtered[0])) >= 0)
}

// Chunk returns the address in the file and the stored size, in bytes, of the chunk whose first element is at offset.
func Chunk(dataset *hdf5.Dataset, offset []uint) (address, size uint64, err error) {
	var skipped C.uint
	var at C.haddr_t
	var bytes C.hsize_t
	rc := C.H5Dget_chunk_info_by_coord(C.hid_t(dataset.ID()), (*C.hsize_t)(unsafe.Pointer(&offset[0])), &skipped, &at, &bytes)
	return uint64(at), uint64(bytes), call(rc >= 0 && bytes > 0)
}

// forms are the reasons of CheckForm.
var forms = map[C.int]string{
	C.F_ELSEWHERE: "its values are not in the file itself",
	C.F_FILTERED:  "it has other filters than shuffle, deflate and fletcher32",
	C.F_LARGE:     "its shape or its chunks are larger than the stored bytes can fill",
}

// CheckForm returns an error that wraps ErrForm when the values of a dataset of that shape are in another file, have
// other filters than results, or are claimed to be more than the stored bytes can hold.
func CheckForm(dataset *hdf5.Dataset, dims []uint) error {
	fault := forms[C.h5_form(C.hid_t(dataset.ID()), C.int(len(dims)), (*C.hsize_t)(unsafe.Pointer(unsafe.SliceData(dims))))]
	if fault == "" {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrForm, fault)
}
