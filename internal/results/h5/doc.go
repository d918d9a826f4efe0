// Package h5 reads and writes HDF5 files as results require, and checks types and lengths before libhdf5 sees them. It
// works through gonum.org/v1/hdf5; internal/shim has what that package lacks.
//
// It guarantees that a call that returns no error has taken full effect, that any goroutine may call it (libhdf5 runs
// one operation at a time), and that files contain no times, so the same calls in the same order give the same bytes. It
// doesn't guarantee that the process survives damaged files: libhdf5 crashes on some of them, so files of unknown origin
// are read in a child process (results.Prober).
//
// Start reading at File.
package h5
