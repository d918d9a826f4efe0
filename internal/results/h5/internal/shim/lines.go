package shim

// #include "shim.h"
import "C"

import (
	"unsafe"

	"gonum.org/v1/hdf5"
)

// WriteLines stores lines of text as lists of code points of that type. No line may be empty.
func WriteLines(dataset *hdf5.Dataset, list *hdf5.VarLenType, lines []string) error {
	var points []C.uint32_t
	lengths := make([]C.size_t, len(lines))
	for i, line := range lines {
		before := len(points)
		for _, r := range line {
			points = append(points, C.uint32_t(r))
		}
		lengths[i] = C.size_t(len(points) - before)
	}
	// C makes the array of pointers into points, because cgo forbids one in Go memory.
	return call(C.h5_write_lines(C.hid_t(dataset.ID()), C.hid_t(list.ID()), C.size_t(len(lines)), &lengths[0], &points[0]) >= 0)
}

// ReadLines reads n lists of code points of that type. They may take up to allowance bytes of memory.
func ReadLines(dataset *hdf5.Dataset, list *hdf5.VarLenType, n, allowance int) ([]string, error) {
	stored := C.h5_read_lines(C.hid_t(dataset.ID()), C.hid_t(list.ID()), C.size_t(n), C.size_t(allowance))
	if stored == nil {
		return nil, errCall
	}
	defer C.h5_free_lines(stored, C.size_t(n))
	lines := make([]string, n)
	for i := range lines {
		var points *C.uint32_t
		length := C.h5_line(stored, C.size_t(i), &points)
		lines[i] = text(unsafe.Slice(points, length))
	}
	return lines, nil
}

func text(points []C.uint32_t) string {
	runes := make([]rune, len(points))
	for i, p := range points {
		runes[i] = rune(min(p, 0x110000)) // beyond unicode: the replacement character
	}
	return string(runes)
}
