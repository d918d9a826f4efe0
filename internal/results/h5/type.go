package h5

import (
	"errors"

	"gonum.org/v1/hdf5"
)

// Type is the type of an array's elements, little-endian in file and memory.
type Type int

// The element types that results have.
const (
	Other Type = iota // any other type, which can't be read
	Float32
	Float64
	Int32
	Int64
	Lines // text, as WriteLines stores it
)

func (t Type) String() string {
	return [...]string{"another type", "float32", "float64", "int32", "int64", "lines"}[t]
}

// Size is the number of bytes of an element.
func (t Type) Size() int {
	return [...]int{0, 4, 8, 4, 8, 0}[t]
}

// numbers are the stored types of arrays.
var numbers = map[Type]*hdf5.Datatype{
	Float32: hdf5.T_IEEE_F32LE, Float64: hdf5.T_IEEE_F64LE, Int32: hdf5.T_STD_I32LE, Int64: hdf5.T_STD_I64LE,
}

func (t Type) stored() *hdf5.Datatype { return numbers[t] }

// lineType is the stored type of a line of text: a list of code points. The first operation that needs it creates it,
// and it stays open.
var lineType *hdf5.VarLenType

func codePoints() (*hdf5.VarLenType, error) {
	if lineType != nil {
		return lineType, nil
	}
	var err error
	lineType, err = hdf5.NewVarLenType(hdf5.T_STD_U32LE)
	return lineType, err
}

// typeOf returns the type of a dataset's elements.
func typeOf(dataset *hdf5.Dataset) (t Type, err error) {
	stored, err := dataset.Datatype()
	if err != nil {
		return Other, err
	}
	defer func() { err = errors.Join(err, stored.Close()) }()
	for number, known := range numbers {
		if stored.Equal(known) {
			return number, nil
		}
	}
	if stored.Class() != hdf5.T_VLEN {
		return Other, nil
	}
	list, err := codePoints()
	if err == nil && stored.Equal(&list.Datatype) {
		t = Lines
	}
	return t, err
}
