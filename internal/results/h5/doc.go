// Package h5 is the narrow door to the HDF5 library: just what result files
// need, with types and lengths checked before the library sees them.
//
// It guarantees that a call which returns nil did what it says, that calls from
// any goroutine are safe (one at a time reaches the library), and that files hold
// no times, so that the same calls in the same order give the same bytes. It
// does not guarantee that damaged files are survived: libhdf5 crashes on some of
// them, so files of unknown origin are read in a child process (results.Prober).
//
// gonum.org/v1/hdf5 is not used: its identifiers can't be made from a file that
// was opened otherwise, and it opens none with the core driver or a close degree;
// nor has it shuffle, direct chunk writes, or switched-off object times.
//
// This is the only package with cgo. Start reading at File.
package h5

// #cgo CFLAGS: -std=c11
// #cgo linux CFLAGS: -I/usr/include/hdf5/serial
// #cgo linux,amd64 LDFLAGS: -L/usr/lib/x86_64-linux-gnu/hdf5/serial
// #cgo linux,arm64 LDFLAGS: -L/usr/lib/aarch64-linux-gnu/hdf5/serial
// #cgo LDFLAGS: -lhdf5
import "C"
