package h5

// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// CreateLines makes a dataset for n lines of text, as PyTables' variable-length unicode
// does: one list of code points a line. No line is one.
func (f *File) CreateLines(path string, n int) error {
	n = max(n, 1)
	if err := f.at(path, func(p *C.char) bool { return C.h5_create_lines(f.id, p, C.size_t(n)) >= 0 }); err != nil {
		return fmt.Errorf("create lines %s: %w", path, err)
	}
	return nil
}

// FillLines stores as many lines as CreateLines made room for. An empty list of lines or
// an empty line is one space.
func (f *File) FillLines(path string, lines []string) error {
	if len(lines) == 0 {
		lines = []string{" "}
	}
	var points []C.uint32_t
	lengths := make([]C.size_t, len(lines))
	for i, line := range lines {
		if line == "" {
			line = " "
		}
		before := len(points)
		for _, r := range line {
			points = append(points, C.uint32_t(r))
		}
		lengths[i] = C.size_t(len(points) - before)
	}
	// The library is given pointers into points by a list that C makes.
	err := f.at(path, func(p *C.char) bool {
		return C.h5_fill_lines(f.id, p, C.size_t(len(lines)), &lengths[0], &points[0]) >= 0
	})
	if err != nil {
		return fmt.Errorf("write lines %s: %w", path, err)
	}
	return nil
}

// MostLines is the most memory that ReadLines gives to the code points of lines, in bytes.
const MostLines = 64 << 20

// ReadLines reads what FillLines or PyTables stored. The error wraps ErrMissing
// when there is no dataset at path; lines that take more than MostLines are an error.
func (f *File) ReadLines(path string) ([]string, error) {
	if kind, err := f.Kind(path); err != nil {
		return nil, err
	} else if kind != Dataset {
		return nil, fmt.Errorf("%s: %w", path, ErrMissing)
	}
	var lines []string
	err := f.at(path, func(p *C.char) bool {
		var n C.size_t
		stored := C.h5_read_lines(f.id, p, MostLines, &n)
		if stored == nil {
			return false
		}
		defer C.h5_free_lines(stored, n)
		for i := range n {
			var points *C.uint32_t
			length := C.h5_line(stored, i, &points)
			lines = append(lines, text(unsafe.Slice(points, length)))
		}
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("read lines %s: %w", path, err)
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
