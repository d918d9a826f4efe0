package h5

import (
	"errors"
	"fmt"

	"gonum.org/v1/hdf5"

	"eisweep/internal/results/h5/internal/shim"
)

// Array is an open dataset of numbers.
type Array struct {
	Path    string
	Type    Type
	Dims    []int
	dataset *hdf5.Dataset
}

// CreateArray creates a dataset in chunks of that shape, with the filters shuffle and deflate 5. WriteChunk fills it.
func (f *File) CreateArray(path string, t Type, dims, chunk []int) (*Array, error) {
	if t.Size() == 0 || len(dims) == 0 || len(dims) != len(chunk) {
		return nil, fmt.Errorf("create array %s: an array can't be %v of shape %v in chunks of %v", path, t, dims, chunk)
	}
	a := &Array{Path: path, Type: t, Dims: dims}
	err := f.at(path, func() (err error) {
		a.dataset, err = f.createDataset(path, t.stored(), sizes(dims), nil, sizes(chunk))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("create array %s: %w", path, err)
	}
	return a, nil
}

// ReopenArray opens a dataset that CreateArray created with that type and shape, for WriteChunk.
func (f *File) ReopenArray(path string, t Type, dims []int) (*Array, error) {
	a := &Array{Path: path, Type: t, Dims: dims}
	if err := f.at(path, func() (err error) { a.dataset, err = f.file.OpenDataset(path); return err }); err != nil {
		return nil, fmt.Errorf("open array %s: %w", path, err)
	}
	return a, nil
}

// firstElement is the offset of a dataset's first element.
var firstElement [32]uint

// WriteOnlyChunk stores the chunk of a dataset that has only one; filtered comes from Filter.
func (f *File) WriteOnlyChunk(path string, filtered []byte) error {
	if len(filtered) == 0 {
		return fmt.Errorf("write array %s: the chunk is empty", path)
	}
	err := f.inDataset(path, func(dataset *hdf5.Dataset) error { return shim.WriteChunk(dataset, firstElement[:], filtered) })
	if err != nil {
		return fmt.Errorf("write array %s: %w", path, err)
	}
	return nil
}

// OnlyChunk returns the address in the file and the size of the chunk of a dataset that has only one, in bytes.
func (f *File) OnlyChunk(path string) (address, size int, err error) {
	var at, bytes uint64
	err = f.inDataset(path, func(dataset *hdf5.Dataset) (err error) {
		at, bytes, err = shim.Chunk(dataset, firstElement[:])
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("find chunk of %s: %w", path, err)
	}
	return int(at), int(bytes), nil
}

// OpenArray opens a dataset for reading. The error wraps ErrMissing when there is none. It wraps ErrForm when the values
// are in another file, have other filters than results, or are claimed to be more than the stored bytes can hold.
func (f *File) OpenArray(path string) (*Array, error) {
	if kind, err := f.Kind(path); err != nil {
		return nil, err
	} else if kind != Dataset {
		return nil, fmt.Errorf("%s: %w", path, ErrMissing)
	}
	a := &Array{Path: path}
	err := f.at(path, func() (err error) {
		if a.dataset, err = f.file.OpenDataset(path); err != nil {
			return err
		}
		if err = a.describe(); err != nil {
			return errors.Join(err, a.dataset.Close())
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open array %s: %w", path, err)
	}
	return a, nil
}

// describe reads the type and the shape, and checks how the values are stored.
func (a *Array) describe() error {
	dims, err := shapeOf(a.dataset)
	if err != nil {
		return err
	}
	if err := shim.CheckForm(a.dataset, dims); err != nil {
		return err
	}
	for _, d := range dims {
		a.Dims = append(a.Dims, int(d))
	}
	a.Type, err = typeOf(a.dataset)
	return err
}

// Close closes the dataset. A second Close does nothing.
func (a *Array) Close() error {
	if err := shim.Do(a.dataset.Close); err != nil {
		return fmt.Errorf("close array %s: %w", a.Path, err)
	}
	return nil
}

// WriteChunk stores the whole chunk whose first element is at offset; filtered comes from Filter.
func (a *Array) WriteChunk(offset []int, filtered []byte) error {
	if len(offset) != len(a.Dims) || len(filtered) == 0 {
		return fmt.Errorf("write array %s: it has no chunk of %d bytes at %v", a.Path, len(filtered), offset)
	}
	if err := shim.Do(func() error { return shim.WriteChunk(a.dataset, sizes(offset), filtered) }); err != nil {
		return fmt.Errorf("write array %s: %w", a.Path, err)
	}
	return nil
}

// Read reads the block of shape count at start into to, which must have exactly the block's size in bytes.
func (a *Array) Read(start, count []int, to []byte) error {
	want := a.Type.Size()
	for axis := range count {
		if axis >= len(a.Dims) || count[axis] < 1 || start[axis] < 0 || start[axis] > a.Dims[axis]-count[axis] {
			return fmt.Errorf("read array %s of shape %v: it has no block of %v at %v", a.Path, a.Dims, count, start)
		}
		want *= count[axis]
	}
	if len(start) != len(count) || len(count) != len(a.Dims) || len(to) == 0 || len(to) != want {
		return fmt.Errorf("read array %s: block of %v takes %d bytes, not %d", a.Path, count, want, len(to))
	}
	if err := shim.Do(func() error { return readBlock(a.dataset, sizes(start), sizes(count), to) }); err != nil {
		return fmt.Errorf("read array %s: %w", a.Path, err)
	}
	return nil
}

func sizes(dims []int) []uint {
	out := make([]uint, len(dims))
	for i, d := range dims {
		out[i] = uint(d)
	}
	return out
}
