// Package h5 is the narrow door to the HDF5 library: just what result files
// need, with types and lengths checked before the library sees them.
//
// Files are read by libhdf5, and written by Writer, which is Go.
//
// It guarantees that a call which returns nil did what it says, that reading from
// any goroutine is safe (one at a time reaches the library), and that files hold
// no times, so that the same calls in the same order give the same bytes. It
// does not guarantee that damaged files are survived: libhdf5 crashes on some of
// them, so files of unknown origin are read in a child process (results.Prober).
//
// gonum.org/v1/hdf5 is not used: its identifiers can't be made from a file that
// was opened otherwise, and it opens none with a close degree.
//
// This is the only package with cgo. Start reading at File and Writer.
package h5

// #cgo CFLAGS: -std=c11
// #cgo linux CFLAGS: -I/usr/include/hdf5/serial
// #cgo linux,amd64 LDFLAGS: -L/usr/lib/x86_64-linux-gnu/hdf5/serial
// #cgo linux,arm64 LDFLAGS: -L/usr/lib/aarch64-linux-gnu/hdf5/serial
// #cgo LDFLAGS: -lhdf5
import "C"
