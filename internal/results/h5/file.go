package h5

import (
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"strings"

	"gonum.org/v1/hdf5"

	"eisweep/internal/results/h5/internal/shim"
)

// ErrMissing is wrapped when a file has no object or attribute of that name, or only one behind a soft or external link.
var ErrMissing = shim.ErrMissing

// ErrForm is wrapped when a file stores something in a form that results don't use.
var ErrForm = shim.ErrForm

// File is an open HDF5 file. Its methods may be called from any goroutine.
type File struct {
	file *hdf5.File
}

// CreateImage creates a file in memory; Image returns its bytes.
func CreateImage() (*File, error) {
	f, err := open(func() (*hdf5.File, error) {
		return shim.OpenMemory(nil, func(name string) (*hdf5.File, error) { return hdf5.CreateFile(name, hdf5.F_ACC_TRUNC) })
	})
	if err != nil {
		return nil, fmt.Errorf("create HDF5 file in memory: %w", err)
	}
	return f, nil
}

// OpenImage creates a file in memory as a copy of an image; Image returns its bytes.
func OpenImage(image []byte) (*File, error) {
	f, err := open(func() (*hdf5.File, error) {
		return shim.OpenMemory(image, func(name string) (*hdf5.File, error) { return hdf5.OpenFile(name, hdf5.F_ACC_RDWR) })
	})
	if err != nil {
		return nil, fmt.Errorf("open HDF5 file in memory: %w", err)
	}
	return f, nil
}

// OpenFile opens the open file from for reading, even if its name now belongs to another file. The caller may close from
// before the File.
func OpenFile(from *os.File) (*File, error) {
	name := from.Name() // for messages
	if err := checkText("path", name); err != nil {
		return nil, err
	}
	f, err := open(func() (*hdf5.File, error) {
		return shim.OpenDescriptor(from.Fd(), func() (*hdf5.File, error) { return hdf5.OpenFile(name, hdf5.F_ACC_RDONLY) })
	})
	runtime.KeepAlive(from)
	if err != nil {
		return nil, fmt.Errorf("open HDF5 file %s: %w", name, err)
	}
	return f, nil
}

// OpenWritable opens a file for reading and writing.
func OpenWritable(path string) (*File, error) {
	if err := checkText("path", path); err != nil {
		return nil, err
	}
	f, err := open(func() (*hdf5.File, error) { return hdf5.OpenFile(path, hdf5.F_ACC_RDWR) })
	if err != nil {
		return nil, fmt.Errorf("open HDF5 file %s: %w", path, err)
	}
	return f, nil
}

func open(do func() (*hdf5.File, error)) (*File, error) {
	f := &File{}
	err := shim.Do(func() (err error) { f.file, err = do(); return err })
	return f, err
}

// Close closes the file. After an error, what was written may be incomplete. Every Array must be closed before. A second
// Close does nothing.
func (f *File) Close() error {
	if err := shim.Do(f.file.Close); err != nil {
		return fmt.Errorf("close HDF5 file: %w", err)
	}
	return nil
}

// Flush writes what libhdf5 has buffered.
func (f *File) Flush() error {
	if err := shim.Do(func() error { return f.file.Flush(hdf5.F_SCOPE_GLOBAL) }); err != nil {
		return fmt.Errorf("flush HDF5 file: %w", err)
	}
	return nil
}

// Image returns the bytes of a file made by CreateImage or OpenImage, after Flush.
func (f *File) Image() (image []byte, err error) {
	err = shim.Do(func() (err error) { image, err = shim.Image(f.file); return err })
	if err != nil {
		return nil, fmt.Errorf("take image of HDF5 file: %w", err)
	}
	return image, nil
}

// CreateGroup creates a group; its parent must exist.
func (f *File) CreateGroup(path string) error {
	err := f.at(path, func() error {
		group, err := f.file.CreateGroup(path)
		if err != nil {
			return err
		}
		return group.Close()
	})
	if err != nil {
		return fmt.Errorf("create group %s: %w", path, err)
	}
	return nil
}

// at runs an operation on the node at path.
func (f *File) at(path string, do func() error) error {
	if err := checkText("node", path); err != nil {
		return err
	}
	return shim.Do(do)
}

// Kind is the kind of a node, or of what is at a path.
type Kind int

// The kinds of nodes.
const (
	Missing Kind = shim.None // nothing, or something that this package doesn't read
	Group   Kind = shim.Group
	Dataset Kind = shim.Dataset
)

// Kind returns the kind of the node at path.
func (f *File) Kind(path string) (Kind, error) {
	kind, _, err := f.Node(path)
	return kind, err
}

// Node returns the kind of the node at path and its address in the file. Two paths with the same address lead to the
// same node.
func (f *File) Node(path string) (kind Kind, address uint64, err error) {
	k := 0
	if err := f.at(path, func() (err error) { k, address, err = shim.Object(f.file, path); return err }); err != nil {
		return Missing, 0, fmt.Errorf("look up %s: %w", path, err)
	}
	return Kind(k), address, nil
}

// maxNames is the largest number of children or attributes of a node that are listed, and maxName the longest name in
// bytes. Results stay below a tenth of both.
const (
	maxNames = 1024
	maxName  = 1 << 16
)

// Children lists the names in a group, sorted by their bytes.
func (f *File) Children(group string) (names []string, err error) {
	err = f.at(group, func() error {
		g, err := f.file.OpenGroup(group)
		if err != nil {
			return err
		}
		names, err = namesIn(g)
		return errors.Join(err, g.Close())
	})
	if err != nil {
		return nil, fmt.Errorf("list group %s: %w", group, err)
	}
	return names, nil
}

func namesIn(group *hdf5.Group) ([]string, error) {
	n, err := group.NumObjects()
	if err != nil {
		return nil, err
	}
	if n > maxNames {
		return nil, fmt.Errorf("%w: it has more than %d members", ErrForm, maxNames)
	}
	names := make([]string, n)
	for i := range n {
		if names[i], err = group.ObjectNameByIndex(i); err != nil {
			return nil, err
		}
		if len(names[i]) > maxName {
			return nil, fmt.Errorf("%w: a name in it has more than %d bytes", ErrForm, maxName)
		}
	}
	return names, nil
}

// Child joins a group's path and a name in it.
func Child(group, name string) string { return path.Join(group, name) }

// checkText returns an error for text that a C string can't contain.
func checkText(what, text string) error {
	if strings.IndexByte(text, 0) >= 0 {
		return fmt.Errorf("%s %q contains a zero byte", what, text)
	}
	return nil
}
