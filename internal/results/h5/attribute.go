package h5

import (
	"errors"
	"fmt"

	"gonum.org/v1/hdf5"

	"eisweep/internal/results/h5/internal/shim"
)

// ASCII is a string attribute that is stored as ASCII, as PyTables does for arrays; a plain string is stored as UTF-8,
// as PyTables does for everything else.
type ASCII string

// Text is a string attribute of variable length. h5py reads it as str, but strings of fixed length as bytes.
type Text string

// MaxAttribute is the largest size of an attribute in the format, in bytes.
const MaxAttribute = shim.MaxAttribute

// Attribute is a named value of a node. Value is a bool (stored like PyTables does, as a bit field of one byte), int64,
// float64, string, ASCII or Text.
type Attribute struct {
	Name  string
	Value any
}

// SetAttributes adds attributes to the node at path.
func (f *File) SetAttributes(path string, list ...Attribute) error {
	for _, a := range list {
		if err := a.check(); err != nil {
			return fmt.Errorf("set attribute %s of %s: %w", a.Name, path, err)
		}
	}
	err := f.at(path, func() error {
		node, err := f.openNode(path)
		if err != nil {
			return err
		}
		for _, a := range list {
			if err := a.store(node); err != nil {
				return errors.Join(err, node.Close())
			}
		}
		return node.Close()
	})
	if err != nil {
		return fmt.Errorf("set attributes of %s: %w", path, err)
	}
	return nil
}

// check returns an error for an attribute that can't be stored.
func (a *Attribute) check() error {
	if err := checkText("attribute", a.Name); err != nil {
		return err
	}
	switch v := a.Value.(type) {
	case string:
		return checkValue(v)
	case ASCII:
		return checkValue(string(v))
	case Text:
		return checkValue(string(v))
	case bool, int64, float64:
		return nil
	default:
		return fmt.Errorf("values of type %T are not stored", v)
	}
}

func checkValue(value string) error {
	if len(value) > MaxAttribute {
		return fmt.Errorf("%d bytes are more than an attribute holds (%d)", len(value), MaxAttribute)
	}
	return checkText("value", value)
}

// openedNode is a group or a dataset.
type openedNode interface {
	CreateAttribute(name string, t *hdf5.Datatype, space *hdf5.Dataspace) (*hdf5.Attribute, error)
	Close() error
}

func (f *File) openNode(path string) (openedNode, error) {
	kind, _, err := shim.Object(f.file, path)
	switch {
	case err != nil:
		return nil, err
	case Kind(kind) == Group:
		return f.file.OpenGroup(path)
	default:
		return f.file.OpenDataset(path)
	}
}

// Attributes lists the names of a node's attributes, sorted by their bytes.
func (f *File) Attributes(path string) (names []string, err error) {
	err = f.at(path, func() (err error) { names, err = shim.AttributeNames(f.file, path, maxNames); return err })
	if err != nil {
		return nil, fmt.Errorf("list attributes of %s: %w", path, err)
	}
	return names, nil
}

// Attribute reads an attribute as bool, int64, float64 or string; it returns nil for one of another type. The error
// wraps ErrMissing when the node doesn't have the attribute, and ErrForm when the attribute is larger than MaxAttribute.
func (f *File) Attribute(path, name string) (value any, err error) {
	if err := checkText("attribute", name); err != nil {
		return nil, err
	}
	err = f.at(path, func() (err error) { value, err = shim.ReadAttribute(f.file, path, name); return err })
	if err != nil {
		return nil, fmt.Errorf("read attribute %s of %s: %w", name, path, err)
	}
	return value, nil
}
