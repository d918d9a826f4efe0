package h5

import (
	"errors"
	"fmt"
	"reflect"

	"gonum.org/v1/hdf5"

	"eisweep/internal/results/h5/internal/shim"
)

// errCall is returned for failed calls that return no error. shim.Do replaces it by the reason.
var errCall = errors.New("the HDF5 library gives no reason")

// createDataset creates a dataset in filtered chunks. An axis may grow up to maxDims; nil means up to dims.
func (f *File) createDataset(path string, t *hdf5.Datatype, dims, maxDims, chunk []uint) (*hdf5.Dataset, error) {
	list, err := filtered(chunk)
	if err != nil {
		return nil, err
	}
	space, err := hdf5.CreateSimpleDataspace(dims, maxDims)
	if err != nil {
		return nil, err
	}
	dataset, err := f.file.CreateDatasetWith(path, t, space, list)
	if err != nil {
		return nil, errors.Join(err, space.Close())
	}
	if err := errors.Join(closeType(dataset), space.Close()); err != nil {
		return nil, errors.Join(err, dataset.Close())
	}
	return dataset, nil
}

// closeType closes the copy of the type that gonum.org/v1/hdf5 makes for a new dataset and never closes.
func closeType(dataset *hdf5.Dataset) error {
	kept := reflect.ValueOf(dataset).Elem().FieldByName("typ")
	return (*hdf5.Datatype)(kept.UnsafePointer()).Close()
}

// filters are the dataset creation properties: shuffle before deflate 5, no times. The first operation that needs them
// creates them, and they stay open.
var filters *hdf5.PropList

// filtered returns filters with chunks of that shape.
func filtered(chunk []uint) (*hdf5.PropList, error) {
	if filters == nil {
		list, err := hdf5.NewPropList(hdf5.P_DATASET_CREATE)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(shim.Shuffle(list), list.SetDeflate(5), shim.UntrackTimes(list)); err != nil {
			return nil, errors.Join(err, list.Close())
		}
		filters = list
	}
	return filters, filters.SetChunk(chunk)
}

// inDataset runs an operation on the dataset at path.
func (f *File) inDataset(path string, do func(*hdf5.Dataset) error) error {
	return f.at(path, func() error {
		dataset, err := f.file.OpenDataset(path)
		if err != nil {
			return err
		}
		return errors.Join(do(dataset), dataset.Close())
	})
}

// shapeOf returns the shape of a dataset. A single value and an empty dataset have no axis.
func shapeOf(dataset *hdf5.Dataset) ([]uint, error) {
	space := dataset.Space()
	if space == nil {
		return nil, errCall
	}
	axes := space.SimpleExtentNDims()
	if axes <= 0 { // SimpleExtentDims would panic
		err := space.Close()
		if axes < 0 {
			err = errCall
		}
		return nil, err
	}
	if axes > 32 {
		return nil, errors.Join(fmt.Errorf("%w: it has %d axes", ErrForm, axes), space.Close())
	}
	dims, _, err := space.SimpleExtentDims()
	return dims, errors.Join(err, space.Close())
}

// readBlock reads the block of shape count at start.
func readBlock(dataset *hdf5.Dataset, start, count []uint, to []byte) error {
	file, memory, err := blockSpaces(dataset, start, count)
	if err != nil {
		return err
	}
	return errors.Join(dataset.ReadSubset(&to, memory, file), memory.Close(), file.Close())
}

// blockSpaces selects the block in the file, and describes it in memory.
func blockSpaces(dataset *hdf5.Dataset, start, count []uint) (file, memory *hdf5.Dataspace, err error) {
	if file = dataset.Space(); file == nil {
		return nil, nil, errCall
	}
	if err = file.SelectHyperslab(start, nil, count, nil); err == nil {
		memory, err = hdf5.CreateSimpleDataspace(count, nil)
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, memory, nil
}
