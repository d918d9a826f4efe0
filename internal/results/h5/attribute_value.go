package h5

import (
	"errors"

	"gonum.org/v1/hdf5"

	"eisweep/internal/results/h5/internal/shim"
)

// store adds the attribute to a node.
func (a *Attribute) store(node openedNode) error {
	switch v := a.Value.(type) {
	case bool:
		bit := uint8(0)
		if v {
			bit = 1
		}
		return create(node, a.Name, hdf5.T_STD_B8LE, hdf5.S_SCALAR, &bit)
	case int64:
		return create(node, a.Name, hdf5.T_STD_I64LE, hdf5.S_SCALAR, &v)
	case float64:
		return create(node, a.Name, hdf5.T_IEEE_F64LE, hdf5.S_SCALAR, &v)
	case string:
		return createString(node, a.Name, v, true)
	case ASCII:
		return createString(node, a.Name, string(v), false)
	case Text:
		t, err := stringType(variable, true)
		if err != nil {
			return err
		}
		text := string(v)
		return errors.Join(create(node, a.Name, t, hdf5.S_SCALAR, &text), t.Close())
	}
	return nil // check refuses other types
}

// createString stores a string of fixed length. An empty one is stored without a value, since no type has length 0.
func createString(node openedNode, name, text string, utf8 bool) error {
	t, err := stringType(max(len(text), 1), utf8)
	if err != nil {
		return err
	}
	if text == "" {
		err = create(node, name, t, hdf5.S_NULL, nil)
	} else {
		first := &[]byte(text)[0]
		err = create(node, name, t, hdf5.S_SCALAR, &first)
	}
	return errors.Join(err, t.Close())
}

// create creates an attribute, and stores what value points to unless it is nil.
func create(node openedNode, name string, t *hdf5.Datatype, class hdf5.SpaceClass, value any) error {
	space, err := hdf5.CreateDataspace(class)
	if err != nil {
		return err
	}
	attribute, err := node.CreateAttribute(name, t, space)
	if err != nil {
		return errors.Join(err, space.Close())
	}
	if value != nil {
		err = attribute.Write(value, t)
	}
	return errors.Join(err, attribute.Close(), space.Close())
}

// variable is the size of string types of variable length.
const variable = -1

func stringType(length int, utf8 bool) (*hdf5.Datatype, error) {
	t, err := hdf5.T_C_S1.Copy()
	if err != nil {
		return nil, err
	}
	err = t.SetSize(length)
	if err == nil && utf8 {
		err = shim.MarkUTF8(t)
	}
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}
