package h5

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/hdf5"

	"eisweep/internal/results/h5/internal/shim"
)

// CreateLines creates a dataset for n lines of text in the form of PyTables' variable-length unicode: each line is a
// list of code points. No lines are stored as one.
func (f *File) CreateLines(path string, n int) error {
	size := uint(max(n, 1))
	err := f.at(path, func() error {
		list, err := codePoints()
		if err != nil {
			return err
		}
		const unlimited = ^uint(0)
		dataset, err := f.createDataset(path, &list.Datatype, []uint{size}, []uint{unlimited}, []uint{min(size, 1024)})
		if err != nil {
			return err
		}
		return dataset.Close()
	})
	if err != nil {
		return fmt.Errorf("create lines %s: %w", path, err)
	}
	return nil
}

// WriteLines stores as many lines as CreateLines was given. No lines are stored as one empty line, and an empty line as
// a space.
func (f *File) WriteLines(path string, lines []string) error {
	if len(lines) == 0 {
		lines = []string{""}
	}
	lines = slices.Clone(lines)
	for i, line := range lines {
		if line == "" {
			lines[i] = " "
		}
	}
	err := f.inDataset(path, func(dataset *hdf5.Dataset) error {
		dims, err := shapeOf(dataset)
		if err != nil {
			return err
		}
		if !slices.Equal(dims, []uint{uint(len(lines))}) {
			return fmt.Errorf("its shape is %v, not that of %d lines", dims, len(lines))
		}
		list, err := codePoints()
		if err != nil {
			return err
		}
		return shim.WriteLines(dataset, list, lines)
	})
	if err != nil {
		return fmt.Errorf("write lines %s: %w", path, err)
	}
	return nil
}

// MaxLines is the memory limit of ReadLines for code points, in bytes.
const MaxLines = 64 << 20

// ReadLines reads the lines that WriteLines or PyTables stored. The error wraps ErrMissing when there is no dataset at
// path, and ErrForm when it doesn't contain lines. Lines that take more than MaxLines are an error.
func (f *File) ReadLines(path string) (lines []string, err error) {
	a, err := f.OpenArray(path)
	if err != nil {
		return nil, err
	}
	if a.Type != Lines || len(a.Dims) != 1 || a.Dims[0] >= 1<<20 {
		return nil, errors.Join(fmt.Errorf("read lines %s: %w: it is %v of shape %v", path, ErrForm, a.Type, a.Dims), a.Close())
	}
	err = shim.Do(func() (err error) {
		lines, err = shim.ReadLines(a.dataset, lineType, a.Dims[0], MaxLines)
		return err
	})
	if err := errors.Join(err, a.Close()); err != nil {
		return nil, fmt.Errorf("read lines %s: %w", path, err)
	}
	return lines, nil
}
